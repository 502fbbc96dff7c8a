//! A whole agent and a hub that does not know `tether.v1`: a simulated engine on one side, a real
//! WebSocket server that grants no subprotocol on the other.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use common::{Clock, Docker, docker, within};
use docker_sim::ContainerSpec;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tether_proto::{LEGACY_FRAME_LIMIT, SUBPROTOCOL, Token};
use tetherd::AgentConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::Duration;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::{WebSocketStream, accept_hdr_async};
use tokio_util::sync::CancellationToken;

struct Hub(TcpListener);

struct Session(WebSocketStream<TcpStream>);

impl Hub {
    async fn new() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").await.unwrap())
    }

    /// The next connection, and whether it offers the subprotocol; `grant` gives it.
    async fn accept(&self, grant: bool) -> (bool, Option<Session>) {
        let mut offers = false;
        let check = |request: &Request, mut response: Response| {
            assert_eq!(request.uri().path(), "/api/ws");
            assert_eq!(request.headers()["authorization"], "Bearer s3cret");
            offers = request.headers().contains_key("sec-websocket-protocol");
            if grant {
                let granted = HeaderValue::from_static(SUBPROTOCOL);
                let headers = response.headers_mut();
                headers.insert("sec-websocket-protocol", granted);
            }
            Ok(response)
        };
        let accepted = within(self.0.accept()).await.expect("a connection");
        let socket = accept_hdr_async(accepted.unwrap().0, check).await;
        (offers, socket.ok().map(Session))
    }

    /// The next session of the old wire: the agent offers the new one first.
    async fn session(&self) -> Session {
        assert!(self.accept(false).await.0);
        let (offers, session) = self.accept(false).await;
        assert!(!offers);
        session.expect("a session")
    }

    fn agent(&self, engines: &[&Docker]) -> (JoinHandle<anyhow::Result<()>>, CancellationToken) {
        self.agent_that(engines, false)
    }

    fn agent_that(
        &self,
        engines: &[&Docker],
        drain_on_stop: bool,
    ) -> (JoinHandle<anyhow::Result<()>>, CancellationToken) {
        let url = format!("http://{}", self.0.local_addr().unwrap());
        let mut config = AgentConfig::new(&url, &engines[0].endpoint).unwrap();
        let endpoints = engines
            .iter()
            .map(|engine| engine.endpoint.parse().unwrap());
        config.engines = endpoints.collect();
        config.token = Token::new("s3cret");
        config.environment = "lab".to_owned();
        config.host_address = Some("127.0.0.1".parse().unwrap());
        config.drain_on_stop = drain_on_stop;
        let shutdown = CancellationToken::new();
        let task = tokio::spawn(tetherd::run(config, shutdown.clone()));
        (task, shutdown)
    }
}

impl Session {
    /// The next frame; none if the agent closes.
    async fn frame(&mut self) -> Option<Value> {
        loop {
            match within(self.0.next()).await.expect("a frame") {
                Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    /// The names of the next frame's routers.
    async fn routers(&mut self) -> Vec<String> {
        let frame = self.frame().await.expect("a frame");
        let routers = frame["config"]["http"]["routers"].as_object();
        routers.map_or(Vec::new(), |routers| routers.keys().cloned().collect())
    }
}

fn web(name: &str) -> ContainerSpec {
    ContainerSpec::new(name)
        .label("traefik.enable", "true")
        .label(
            format!("traefik.http.routers.{name}.rule"),
            format!("Host(`{name}`)"),
        )
        .publish(80)
}

#[tokio::test]
async fn an_older_hub_is_told_the_configuration() {
    let docker = docker("worker-1");
    let engine = &docker.engine;
    engine.run(web("one")).await.unwrap();
    let hub = Hub::new().await;
    let (task, shutdown) = hub.agent(&[&docker]);
    let mut session = hub.session().await;
    let port = engine.bindings("one")[0].host_port;
    let servers = json!([{ "url": format!("http://127.0.0.1:{port}") }]);
    let frame = session.frame().await.unwrap();
    let service = frame["config"]["http"]["routers"]["one"]["service"].clone();
    let service = service.as_str().unwrap();
    let config = json!({ "http": {
        "routers": { "one": { "rule": "Host(`one`)", "service": service } },
        "services": { service: { "loadBalancer": { "servers": servers } } },
    }});
    let expected = json!({ "env": "lab", "name": "worker-1", "config": config });
    assert_eq!(frame, expected);

    // What such a hub says means nothing, and what changes nothing is not sent.
    session.0.send(Message::text("news")).await.unwrap();
    engine
        .run(ContainerSpec::new("database").publish(5432))
        .await
        .unwrap();
    engine.run(web("two")).await.unwrap();
    assert_eq!(session.routers().await, ["one", "two"]);
    engine.stop("one").await.unwrap();
    engine.stop("two").await.unwrap();
    while !session.routers().await.is_empty() {}

    // It comes back with the whole word.
    engine.run(web("three")).await.unwrap();
    assert_eq!(session.routers().await, ["three"]);
    drop(session);
    let mut session = hub.session().await;
    assert_eq!(session.routers().await, ["three"]);

    // The hub is upgraded.
    drop(session);
    let (offers, session) = hub.accept(true).await;
    assert!(offers);
    let hello = session.unwrap().frame().await.unwrap();
    assert_eq!(hello["type"], "hello");

    let mut session = hub.session().await;
    session.routers().await;
    shutdown.cancel();
    assert_eq!(session.frame().await, None);
    within(task).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn what_an_older_hub_would_choke_on_is_not_sent() {
    let docker = docker("h");
    let engine = &docker.engine;
    let large = web("large").label(
        "traefik.http.middlewares.large.headers.customrequestheaders.x-large",
        "x".repeat(LEGACY_FRAME_LIMIT),
    );
    engine.run(large).await.unwrap();
    let hub = Hub::new().await;
    let _agent = hub.agent(&[&docker]);
    let mut session = hub.session().await;
    engine.stop("large").await.unwrap();
    engine.run(web("small")).await.unwrap();
    // Between the two nothing may be left, and that is said.
    let mut routers = session.routers().await;
    while routers.is_empty() {
        routers = session.routers().await;
    }
    assert_eq!(routers, ["small"]);
}

#[tokio::test]
async fn an_engine_that_was_not_heard_yet_is_waited_for_but_not_for_ever() {
    let heard = docker("h");
    heard.engine.run(web("one")).await.unwrap();
    let silent = docker("silent");
    silent.engine.fail_lists(u32::MAX);
    let hub = Hub::new().await;
    let _agent = hub.agent(&[&heard, &silent]);
    let mut session = hub.session().await;
    let clock = Clock::stop();
    let (routers, ()) = tokio::join!(session.routers(), clock.run(Duration::from_secs(14)));
    assert_eq!(routers, ["one"]);
}

#[tokio::test]
async fn routes_that_are_to_go_with_the_agent_are_taken_back() {
    let docker = docker("h");
    docker.engine.run(web("one")).await.unwrap();
    let hub = Hub::new().await;
    let (task, shutdown) = hub.agent_that(&[&docker], true);
    let mut session = hub.session().await;
    assert_eq!(session.routers().await, ["one"]);
    shutdown.cancel();
    let last = session.frame().await.unwrap();
    assert_eq!(last["config"], json!({}), "{last}");
    assert_eq!(session.frame().await, None);
    within(task).await.unwrap().unwrap().unwrap();
}
