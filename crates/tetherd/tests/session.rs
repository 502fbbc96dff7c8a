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
    AgentMessage, Applied, Drain, Hello, HubMessage, Limits, Refusal, Routes, SUBPROTOCOL, Token,
    Was, Welcome,
};
use tetherd::AgentConfig;
use tetherd::drain::{End, drain};
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
                network: None,
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

fn config(docker: &Docker, hub: &Hub) -> AgentConfig {
    let mut config = AgentConfig::new(&hub.url(), &docker.endpoint).unwrap();
    config.token = Token::new("s3cret");
    config.host_address = Some("127.0.0.1".parse().unwrap());
    config
}

/// An agent of that engine and hub.
fn agent(docker: &Docker, hub: &Hub) -> (JoinHandle<anyhow::Result<()>>, CancellationToken) {
    run(config(docker, hub))
}

fn run(config: AgentConfig) -> (JoinHandle<anyhow::Result<()>>, CancellationToken) {
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
    // That it stops may be told before its end.
    let mut left = urls(&session.routes().await).len();
    while left == 2 {
        left = urls(&session.routes().await).len();
    }
    assert_eq!(left, 1);

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

#[tokio::test]
async fn a_drained_agent_stays_away_from_that_hub_and_serves_the_others() {
    let docker = docker("h");
    let (hub, other) = (Hub::new().await, Hub::new().await);
    let mut config = config(&docker, &hub);
    config.servers.push(other.url().parse().unwrap());
    let (task, shutdown) = run(config);
    let (mut session, _) = hub.welcome().await;
    let (mut kept, _) = other.welcome().await;
    session.routes().await;
    kept.routes().await;
    session
        .say(&HubMessage::Rejected {
            code: Refusal::Drained,
            message: "drained".to_owned(),
        })
        .await;
    assert_eq!(session.next().await, None);
    // A first retry would come within 250 ms.
    let clock = Clock::stop();
    let back = tokio::spawn(async move { hub.welcome().await });
    clock.run(Duration::from_secs(14)).await;
    assert!(!back.is_finished(), "it came back");
    drop(clock);
    shutdown.cancel();
    while kept.next().await.is_some() {}
    within(task).await.unwrap().unwrap().unwrap();
    assert!(!back.is_finished(), "it came back at its end");
    back.abort();
}

#[tokio::test]
async fn told_to_take_its_routes_along_it_says_so_even_without_a_connection() {
    let docker = docker("h");
    let hub = Hub::new().await;
    let mut config = config(&docker, &hub);
    config.drain_on_stop = true;
    let (task, shutdown) = run(config.clone());
    let (mut session, _) = hub.welcome().await;
    session.routes().await;
    shutdown.cancel();
    assert_eq!(
        session.next().await,
        Some(AgentMessage::Bye { drain: true })
    );
    drop(session);
    within(task).await.unwrap().unwrap().unwrap();

    let (task, shutdown) = run(config);
    let (mut session, first) = hub.welcome().await;
    session
        .say(&HubMessage::Rejected {
            code: Refusal::Restarting,
            message: "come back soon".to_owned(),
        })
        .await;
    while session.next().await.is_some() {}
    shutdown.cancel();
    // It may have been on its way back already.
    let (hello, bye) = loop {
        if let Some(mut session) = hub.accept().await {
            let hello = session.next().await;
            let bye = session.next().await;
            if hello.is_some() && bye.is_some() {
                break (hello, bye);
            }
        }
    };
    let Some(AgentMessage::Hello(last)) = hello else {
        panic!("no hello: {hello:?}");
    };
    assert_eq!(last.instance, first.instance);
    assert_eq!(bye, Some(AgentMessage::Bye { drain: true }));
    within(task).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn a_hub_that_does_not_hear_the_agent_yet_is_asked_to_drain_it_again() {
    let docker = docker("h");
    let hub = Hub::new().await;
    let config = config(&docker, &hub);
    let draining = tokio::spawn(async move { drain(&config).await });
    for was in [Was::Nobody, Was::Awaited, Was::Nobody, Was::Live] {
        let mut session = hub.accept().await.expect("a connection");
        let Some(AgentMessage::Drain(Drain {
            agent,
            env,
            engines,
        })) = session.next().await
        else {
            panic!("no drain");
        };
        assert_eq!((&*agent, &*env), ("h", "default"));
        assert_eq!(engines[0].id, Some(docker.engine.id()));
        session.say(&drained(was, false)).await;
    }
    let outcome = within(draining).await.unwrap().unwrap().unwrap();
    assert_eq!(outcome.end, End::Drained);
    let line = outcome.hubs[0].as_ref().unwrap();
    assert!(line.contains("stays away until it is restarted"), "{line}");
}

#[tokio::test]
async fn a_hub_that_knows_that_there_is_no_such_agent_is_asked_once() {
    let docker = docker("h");
    let hub = Hub::new().await;
    let config = config(&docker, &hub);
    let draining = tokio::spawn(async move { drain(&config).await });
    let mut session = hub.accept().await.expect("a connection");
    session.next().await;
    session.say(&drained(Was::Nobody, true)).await;
    let outcome = within(draining).await.unwrap().unwrap().unwrap();
    assert_eq!(outcome.end, End::Nobody);
}

fn drained(was: Was, sure: bool) -> HubMessage {
    HubMessage::Drained { was, sure }
}

#[tokio::test]
async fn a_hub_that_is_not_told_is_named_and_the_others_are_told() {
    let docker = docker("h");
    let (hub, refusing) = (Hub::new().await, Hub::new().await);
    let mut config = config(&docker, &hub);
    config.servers.push(refusing.url().parse().unwrap());
    config.servers.push("http://127.0.0.1:1".parse().unwrap());
    let draining = tokio::spawn(async move { drain(&config).await });
    let mut session = hub.accept().await.expect("a connection");
    session.next().await;
    session.say(&drained(Was::Held, true)).await;
    let mut session = refusing.accept().await.expect("a connection");
    session.next().await;
    session
        .say(&HubMessage::Rejected {
            code: Refusal::NameTaken,
            message: "it is another host's".to_owned(),
        })
        .await;
    let outcome = within(draining).await.unwrap().unwrap().unwrap();
    assert_eq!(outcome.end, End::NotTold);
    let told: Vec<String> = outcome
        .hubs
        .iter()
        .map(|hub| hub.as_ref().map_or_else(ToString::to_string, Clone::clone))
        .collect();
    assert!(told[0].contains("held no longer"), "{told:?}");
    assert!(told[1].contains("it is another host's"), "{told:?}");
    assert!(told[2].contains("nobody listens at"), "{told:?}");
}

#[tokio::test]
async fn without_an_engine_a_host_must_be_named() {
    let hub = Hub::new().await;
    let mut config = AgentConfig::new(&hub.url(), "unix:///nowhere/docker.sock").unwrap();
    let error = drain(&config).await.unwrap_err().to_string();
    assert!(error.contains("set TETHERD_NAME"), "{error}");
    config.name = Some("lost".to_owned());
    config.token = Token::new("wrong");
    let drained = tokio::spawn(async move { drain(&config).await });
    assert!(hub.accept().await.is_none());
    let outcome = within(drained).await.unwrap().unwrap().unwrap();
    let error = outcome.hubs[0].as_ref().unwrap_err().to_string();
    assert!(error.contains("refuses the token"), "{error}");
}

#[tokio::test]
async fn an_agent_is_named_by_its_host_even_if_no_engine_is_there_yet() {
    let hub = Hub::new().await;
    let folder = tempfile::tempdir().unwrap();
    let pattern = format!("unix://{}/docker-*.sock", folder.path().display());
    let mut config = AgentConfig::new(&hub.url(), &pattern).unwrap();
    config.token = Token::new("s3cret");
    let (agent, shutdown) = run(config);
    let engine = docker_sim::Engine::new("worker");
    engine.run(web("web")).await.unwrap();
    let stop = CancellationToken::new();
    let _stop = stop.clone().drop_guard();
    let path = folder.path().join("docker-1.sock");
    drop(engine.serve_unix(&path, stop).unwrap());
    let (mut session, hello) = hub.welcome().await;
    assert_eq!(hello.agent, "worker");
    let routes = session.routes().await.routes;
    assert_eq!(
        routes.engines[0].endpoint,
        format!("unix://{}", path.display())
    );
    shutdown.cancel();
    within(agent).await.unwrap().unwrap().unwrap();
}
