//! A whole agent: a simulated engine on one side, a real WebSocket server on the other.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use common::{Clock, Docker, docker, within};
use docker_sim::ContainerSpec;
use futures_util::{SinkExt, StreamExt};
use tether_proto::{
    AgentMessage, Applied, Hello, HubMessage, Limits, Routes, SUBPROTOCOL, Token, Welcome,
};
use tetherd::AgentConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::Duration;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::{WebSocketStream, accept_hdr_async};
use tokio_util::sync::CancellationToken;

/// A hub that says what the test says.
struct Hub {
    listener: TcpListener,
}

/// One agent's session at that hub.
struct Session(WebSocketStream<TcpStream>);

impl Hub {
    async fn new() -> Self {
        Self {
            listener: TcpListener::bind("127.0.0.1:0").await.unwrap(),
        }
    }

    fn url(&self) -> String {
        format!("http://{}/prefix", self.listener.local_addr().unwrap())
    }

    /// The next connection, let in if its token is right.
    async fn accept(&self) -> Option<Session> {
        let check = |request: &Request, mut response: Response| {
            assert_eq!(request.uri().path(), "/prefix/api/ws");
            assert!(!request.headers().contains_key("origin"));
            if request.headers().get("authorization") != Some(&"Bearer s3cret".parse().unwrap()) {
                let mut refused = ErrorResponse::new(None);
                *refused.status_mut() = 401.try_into().unwrap();
                return Err(refused);
            }
            assert_eq!(request.headers()["sec-websocket-protocol"], SUBPROTOCOL);
            let granted = HeaderValue::from_static(SUBPROTOCOL);
            response
                .headers_mut()
                .insert("sec-websocket-protocol", granted);
            Ok(response)
        };
        let (stream, _) = within(self.listener.accept())
            .await
            .expect("a connection")
            .unwrap();
        accept_hdr_async(stream, check).await.ok().map(Session)
    }

    /// The next session up to the welcome, with its hello.
    async fn welcome(&self) -> (Session, Hello) {
        let mut session = self.accept().await.expect("a session");
        let Some(AgentMessage::Hello(hello)) = session.next().await else {
            panic!("the first message is not hello");
        };
        session
            .say(&HubMessage::Welcome(Welcome {
                hub: "test".to_owned(),
                observed_address: None,
                lease: None,
                limits: Limits { frame: 100_000 },
            }))
            .await;
        (session, hello)
    }
}

impl Session {
    async fn say(&mut self, message: &HubMessage) {
        let text = serde_json::to_string(message).unwrap();
        self.0.send(Message::Text(text.into())).await.unwrap();
    }

    /// The agent's next message; none if it closed.
    async fn next(&mut self) -> Option<AgentMessage> {
        loop {
            match within(self.0.next()).await.expect("a message") {
                Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    async fn routes(&mut self) -> Routes {
        match self.next().await {
            Some(AgentMessage::Routes(routes)) => routes,
            other => panic!("not routes: {other:?}"),
        }
    }
}

/// An agent of that engine and hub.
fn agent(docker: &Docker, hub: &Hub) -> (JoinHandle<anyhow::Result<()>>, CancellationToken) {
    let mut config = AgentConfig::new(&hub.url(), &docker.endpoint).unwrap();
    config.token = Token::new("s3cret");
    let shutdown = CancellationToken::new();
    (
        tokio::spawn(tetherd::run(config, shutdown.clone())),
        shutdown,
    )
}

fn web(name: &str) -> ContainerSpec {
    ContainerSpec::new(name)
        .label("traefik.enable", "true")
        .publish(80)
}

/// The names of the routed containers, and the URLs of their services.
fn urls(routes: &Routes) -> Vec<(String, String)> {
    let [engine] = routes.routes.engines.as_slice() else {
        panic!("{routes:?}")
    };
    assert!(engine.listed);
    let mut urls: Vec<_> = engine
        .containers
        .iter()
        .flat_map(|container| {
            let bodies = container.elements.iter().map(|element| &element.body);
            let url = bodies.filter_map(|body| body.pointer("/loadBalancer/servers/0/url"));
            url.map(|url| (container.name.clone(), url.as_str().unwrap().to_owned()))
        })
        .collect();
    urls.sort();
    urls
}

#[tokio::test]
async fn hello_routes_changes_a_lost_connection_and_goodbye() {
    let docker = docker("worker-1");
    let engine = &docker.engine;
    engine
        .run(web("one").publish(docker_sim::Publish::tcp(81).at(8081)))
        .await
        .unwrap();
    let hub = Hub::new().await;
    let (task, shutdown) = agent(&docker, &hub);

    let (mut session, hello) = hub.welcome().await;
    assert_eq!(
        (hello.agent.as_str(), hello.env.as_str()),
        ("worker-1", "default")
    );
    assert_eq!(hello.roster, None);
    assert_eq!(hello.engines[0].id, Some(engine.id()));
    assert_eq!(hello.engines[0].endpoint, docker.endpoint);
    let routes = session.routes().await;
    assert_eq!(routes.seq, 1);
    let port = engine
        .bindings("one")
        .iter()
        .find(|binding| binding.private == 80)
        .unwrap()
        .host_port;
    assert_eq!(
        urls(&routes),
        [("one".to_owned(), format!("http://127.0.0.1:{port}"))]
    );
    session
        .say(&HubMessage::Applied(Applied {
            seq: 1,
            version: 1,
            verdicts: Vec::new(),
        }))
        .await;
    session
        .say(&HubMessage::Roster {
            agents: vec!["a".into(), "worker-1".into()],
        })
        .await;
    session.say(&HubMessage::Unknown).await;

    // What changes nothing for the hub is not sent: the next frame is that of the next route.
    engine
        .run(ContainerSpec::new("database").publish(5432))
        .await
        .unwrap();
    engine.run(web("two")).await.unwrap();
    let routes = session.routes().await;
    assert_eq!(routes.seq, 2);
    assert_eq!(urls(&routes).len(), 2);

    // The roster came before this frame, so it was read before the connection is lost.
    drop(session);
    let (mut session, again) = hub.welcome().await;
    assert_eq!(again.instance, hello.instance);
    assert_eq!(again.roster, Some(vec!["a".into(), "worker-1".into()]));
    let routes = session.routes().await;
    assert_eq!((routes.seq, urls(&routes).len()), (1, 2));

    // An engine that fails takes nothing back.
    engine.fail_lists(u32::MAX);
    engine.stop("two").await.unwrap();
    engine.fail_lists(0);
    assert_eq!(urls(&session.routes().await).len(), 1);

    shutdown.cancel();
    assert_eq!(
        session.next().await,
        Some(AgentMessage::Bye { drain: false })
    );
    assert_eq!(session.next().await, None);
    within(task).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn a_refused_token_is_tried_again() {
    let docker = docker("h");
    let hub = Hub::new().await;
    let mut config = AgentConfig::new(&hub.url(), &docker.endpoint).unwrap();
    config.token = Token::new("wrong");
    let shutdown = CancellationToken::new();
    let task = tokio::spawn(tetherd::run(config, shutdown.clone()));
    for _ in 0..3 {
        assert!(hub.accept().await.is_none());
    }
    shutdown.cancel();
    within(task).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn a_bad_label_is_told_and_costs_no_other_container_its_route() {
    let docker = docker("h");
    let engine = &docker.engine;
    engine.run(web("good")).await.unwrap();
    engine
        .run(web("typo").label("traefik.http.routers.x.rul", "Host(`x`)"))
        .await
        .unwrap();
    let closed = web("closed").label("traefik.http.services.x.loadbalancer.server.port", "81");
    engine.run(closed).await.unwrap();
    let hub = Hub::new().await;
    let _agent = agent(&docker, &hub);
    let (mut session, _) = hub.welcome().await;
    let routes = session.routes().await;
    let names: Vec<_> = urls(&routes).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["good"]);
    for name in ["typo", "closed"] {
        let mut containers = routes.routes.engines[0].containers.iter();
        let container = containers.find(|container| container.name == name).unwrap();
        assert!(container.elements.is_empty());
        assert_eq!(container.problems.len(), 1, "{container:?}");
        assert_eq!(
            container.problems[0].origin.container.as_deref(),
            Some(name)
        );
    }
}

#[tokio::test]
async fn a_silent_hub_is_given_up() {
    let docker = docker("h");
    let hub = Hub::new().await;
    let _agent = agent(&docker, &hub);
    let (mut session, _) = hub.welcome().await;
    session.routes().await;
    // From here on nobody reads or writes at the hub, and the connection stays open.
    let clock = Clock::stop();
    clock.run(Duration::from_secs(16)).await;
    drop(clock);
    let (mut second, hello) = hub.welcome().await;
    assert_eq!(hello.agent, "h");
    second.routes().await;
    drop(session);
}
