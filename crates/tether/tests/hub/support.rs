//! A hub on a free port, an agent and a reader for it, and the words they use.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, Request, Response, StatusCode};
use futures_util::{SinkExt, StreamExt};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tether::auth::Tokens;
use tether::settings::Settings;
use tether_proto::{
    AgentMessage, Applied, DEFAULT_ENV, Drain, EngineId, Hello, HubMessage, Refusal, Routes,
    SUBPROTOCOL, Token,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};
use tokio_util::sync::CancellationToken;
use traefik_config::{Container, Element, Engine, Kind, RouteSet, Section};

/// How long anything may take before the test has failed.
const LIMIT: Duration = Duration::from_secs(20);

const SECRET: &str = "Bearer secret";

/// A hub whose one secret is `secret`.
pub struct TestHub {
    address: SocketAddr,
    shutdown: CancellationToken,
    task: JoinHandle<()>,
}

/// An answer, read whole.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// An answer that goes on.
pub struct Stream {
    body: Incoming,
    text: String,
}

/// One server-sent event.
pub struct Event {
    pub name: String,
    pub data: Value,
}

/// A session that speaks the wire.
pub struct Agent {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    welcome: HubMessage,
}

/// A session of the wire before this one.
pub struct OldAgent {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl TestHub {
    pub async fn start(settings: Settings) -> Self {
        let tokens = Tokens {
            all: Token::new("secret"),
            ..Tokens::default()
        };
        Self::with(settings, tokens).await
    }

    pub async fn with(settings: Settings, tokens: Tokens) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = CancellationToken::new();
        let task = tokio::spawn(tether::serve(listener, settings, tokens, shutdown.clone()));
        Self {
            address,
            shutdown,
            task,
        }
    }

    /// A connection on which the test says every byte itself.
    #[allow(dead_code, reason = "each test program uses its part")]
    pub async fn dial(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    pub fn shutdown(&self) {
        self.shutdown.cancel();
    }

    pub async fn stopped(self) {
        within("the hub's end", self.task).await.unwrap();
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[]).await
    }

    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let headers = [&[("authorization", SECRET)], headers].concat();
        self.ask("GET", path, &headers, "").await
    }

    pub async fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &'static str,
    ) -> Answer {
        let response = self.request(method, path, headers, body).await;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = within(path, response.into_body().collect())
            .await
            .unwrap()
            .to_bytes();
        Answer {
            status,
            headers,
            body,
        }
    }

    /// The status of an answer, however long its body is.
    pub async fn status(
        &self,
        (method, path): (&str, &str),
        headers: &[(&str, &str)],
        body: &'static str,
    ) -> StatusCode {
        self.request(method, path, headers, body).await.status()
    }

    /// An answer of which only the beginning is there yet.
    pub async fn open(&self, path: &str) -> Stream {
        let response = self
            .request("GET", path, &[("authorization", SECRET)], "")
            .await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        Stream {
            body: response.into_body(),
            text: String::new(),
        }
    }

    /// Says this and no more, and waits until the hub closes the connection.
    pub async fn dropped_after(&self, said: &str) {
        let mut socket = TcpStream::connect(self.address).await.unwrap();
        socket.write_all(said.as_bytes()).await.unwrap();
        let mut heard = Vec::new();
        // Whether it ends in order or is reset, it ends.
        let _ = within("the connection's end", socket.read_to_end(&mut heard)).await;
    }

    /// `/config` as soon as it is answered.
    pub async fn config(&self) -> Value {
        let answer = self.get("/config").await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        serde_json::from_slice(&answer.body).unwrap()
    }

    /// What the dashboard shows.
    pub async fn state(&self) -> Value {
        serde_json::from_slice(&self.get("/api/state").await.body).unwrap()
    }

    /// Waits until `/config` is what is wanted.
    pub async fn config_until(&self, wanted: impl Fn(&Value) -> bool) {
        let mut events = self.open("/api/events").await;
        while !wanted(&self.config().await) {
            events.next_event().await;
        }
    }

    /// Waits until the dashboard's whole state is what is wanted.
    pub async fn state_until(&self, wanted: impl Fn(&Value) -> bool) {
        let mut events = self.open("/api/events").await;
        loop {
            let state = self.get("/api/state").await;
            if wanted(&serde_json::from_slice(&state.body).unwrap()) {
                return;
            }
            events.next_event().await;
        }
    }

    /// Waits until an agent is `live` or `held`.
    pub async fn state_of(&self, agent: &str, wanted: &str) {
        let mut events = self.open("/api/events").await;
        loop {
            let agents = events.next_event().await.data["agents"].clone();
            let rows = agents.as_array().into_iter().flatten();
            if rows
                .into_iter()
                .any(|row| row["name"] == agent && row["state"] == wanted)
            {
                return;
            }
        }
    }

    async fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &'static str,
    ) -> Response<Incoming> {
        let socket = TcpStream::connect(self.address).await.unwrap();
        let (mut sender, connection) = http1::handshake(TokioIo::new(socket)).await.unwrap();
        tokio::spawn(connection);
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "hub");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request
            .body(Full::new(Bytes::from_static(body.as_bytes())))
            .unwrap();
        within(path, sender.send_request(request)).await.unwrap()
    }
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

impl Stream {
    /// The next event; comments are passed over.
    pub async fn next_event(&mut self) -> Event {
        within("an event", self.read_event()).await
    }

    async fn read_event(&mut self) -> Event {
        loop {
            if let Some(end) = self.text.find("\n\n") {
                let block: String = self.text.drain(..end + 2).collect();
                let field = |name: &str| {
                    block
                        .lines()
                        .find_map(|line| line.strip_prefix(name))
                        .map(str::trim)
                };
                // A word that the hub lives is no event.
                if let (Some(name @ ("state" | "change")), Some(data)) =
                    (field("event:"), field("data:"))
                {
                    let data = serde_json::from_str(data).unwrap();
                    return Event {
                        name: name.to_owned(),
                        data,
                    };
                }
                continue;
            }
            let frame = self.body.frame().await.expect("the stream ended");
            if let Ok(data) = frame.unwrap().into_data() {
                self.text.push_str(&String::from_utf8_lossy(&data));
            }
        }
    }

    /// The data of the next event without a name; comments are passed over.
    pub async fn next_message(&mut self) -> Value {
        loop {
            if let Some(end) = self.text.find("\n\n") {
                let block: String = self.text.drain(..end + 2).collect();
                assert!(!block.contains("event:"), "{block}");
                if let Some(data) = block.trim().strip_prefix("data:") {
                    return serde_json::from_str(data).unwrap();
                }
                continue;
            }
            let frame = within("an event", self.body.frame()).await;
            let frame = frame.expect("the stream ended").unwrap();
            if let Ok(data) = frame.into_data() {
                self.text.push_str(&String::from_utf8_lossy(&data));
            }
        }
    }

    /// Returns when the stream is over, in good order.
    pub async fn ended(mut self) {
        while let Some(frame) = within("the stream's end", self.body.frame()).await {
            frame.unwrap();
        }
    }
}

impl OldAgent {
    pub async fn connect(hub: &TestHub) -> Self {
        let request = upgrade(hub, &[("authorization", SECRET)]);
        let (socket, response) = tokio_tungstenite::connect_async(request).await.unwrap();
        assert!(!response.headers().contains_key("sec-websocket-protocol"));
        Self { socket }
    }

    pub async fn tell(&mut self, env: &str, name: &str, config: &Value) {
        let frame = json!({ "env": env, "name": name, "config": config });
        // These agents end a frame with a line break.
        self.say(&format!("{frame}\n")).await;
    }

    pub async fn say(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    /// Closes in good order.
    pub async fn leave(mut self) {
        self.socket.close(None).await.unwrap();
    }

    /// The number with which the hub closes, which must have said nothing before.
    pub async fn closed(&mut self) -> u16 {
        loop {
            match within("a close frame", self.socket.next()).await {
                Some(Ok(Message::Close(Some(frame)))) => return frame.code.into(),
                Some(Ok(Message::Ping(_))) => {}
                other => panic!("no close frame: {other:?}"),
            }
        }
    }

    /// Stays connected, and answers pings, until the test ends.
    pub fn leave_open(mut self) {
        tokio::spawn(async move { while let Some(Ok(_)) = self.socket.next().await {} });
    }
}

impl Agent {
    pub async fn connect(hub: &TestHub, hello: Hello) -> Self {
        let mut agent = Self::connect_to_be_refused(hub, hello).await;
        agent.welcome = agent.next().await;
        agent
    }

    /// A session that has said hello and heard nothing yet.
    pub async fn connect_to_be_refused(hub: &TestHub, hello: Hello) -> Self {
        Self::begin(hub, &AgentMessage::Hello(hello)).await
    }

    /// What the hub says to somebody on the host of that hello who drains the agent.
    pub async fn drain(hub: &TestHub, hello: Hello) -> HubMessage {
        let order = AgentMessage::Drain(Drain {
            agent: hello.agent,
            env: hello.env,
            engines: hello.engines,
        });
        Self::begin(hub, &order).await.next().await
    }

    async fn begin(hub: &TestHub, first: &AgentMessage) -> Self {
        let headers = [
            ("authorization", SECRET),
            ("sec-websocket-protocol", SUBPROTOCOL),
        ];
        let (socket, response) = tokio_tungstenite::connect_async(upgrade(hub, &headers))
            .await
            .unwrap();
        assert_eq!(response.headers()["sec-websocket-protocol"], SUBPROTOCOL);
        let mut agent = Self {
            socket,
            welcome: HubMessage::Unknown,
        };
        agent.send(first).await;
        agent
    }

    /// The status with which an upgrade is refused.
    pub async fn refused(hub: &TestHub, headers: &[(&str, &str)]) -> u16 {
        match tokio_tungstenite::connect_async(upgrade(hub, headers)).await {
            Err(tungstenite::Error::Http(response)) => response.status().as_u16(),
            other => panic!("not refused: {other:?}"),
        }
    }

    pub fn welcome(&mut self) -> HubMessage {
        self.welcome.clone()
    }

    /// Sends a route set and waits for its receipt.
    pub async fn tell(&mut self, seq: u64, routes: RouteSet) -> Applied {
        self.send_routes(seq, routes).await;
        loop {
            match self.next().await {
                HubMessage::Applied(applied) if applied.seq == seq => return applied,
                HubMessage::Rejected { message, .. } => panic!("rejected: {message}"),
                _ => {}
            }
        }
    }

    /// The next receipt.
    pub async fn receipt(&mut self) -> Applied {
        loop {
            if let HubMessage::Applied(applied) = self.next().await {
                return applied;
            }
        }
    }

    pub async fn send_routes(&mut self, seq: u64, routes: RouteSet) {
        self.send(&AgentMessage::Routes(Routes { seq, routes }))
            .await;
    }

    pub async fn send(&mut self, message: &AgentMessage) {
        self.send_text(serde_json::to_string(message).unwrap())
            .await;
    }

    pub async fn send_text(&mut self, text: String) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    /// The next roster.
    pub async fn roster(&mut self) -> Vec<String> {
        loop {
            if let HubMessage::Roster { agents } = self.next().await {
                return agents;
            }
        }
    }

    /// Why the hub has had enough, and the number it closes with.
    pub async fn rejected(&mut self) -> (Refusal, u16) {
        let code = loop {
            if let HubMessage::Rejected { code, .. } = self.next().await {
                break code;
            }
        };
        loop {
            match within("a close frame", self.socket.next()).await {
                Some(Ok(Message::Close(Some(frame)))) => return (code, frame.code.into()),
                Some(Ok(_)) => {}
                other => panic!("no close frame: {other:?}"),
            }
        }
    }

    /// Stays connected until the test ends.
    pub fn leave_open(self) {
        tokio::spawn(async move {
            let mut socket = self.socket;
            while let Some(Ok(_)) = socket.next().await {}
        });
    }

    async fn next(&mut self) -> HubMessage {
        loop {
            match within("a message", self.socket.next()).await {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
                Some(Ok(_)) => {}
                other => panic!("the session ended: {other:?}"),
            }
        }
    }
}

fn upgrade(hub: &TestHub, headers: &[(&str, &str)]) -> tungstenite::handshake::client::Request {
    let url = format!("ws://{}{}", hub.address, tether_proto::AGENT_PATH);
    let mut request = url.into_client_request().unwrap();
    for (name, value) in headers {
        let name = hyper::header::HeaderName::from_bytes(name.as_bytes()).unwrap();
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    request
}

pub fn hello(agent: &str, roster: Option<&[&str]>) -> Hello {
    Hello {
        agent: agent.to_owned(),
        instance: "first".to_owned(),
        version: "1".to_owned(),
        env: DEFAULT_ENV.to_owned(),
        engines: vec![EngineId {
            endpoint: "unix:///docker.sock".to_owned(),
            id: Some(format!("engine of {agent}")),
            name: None,
        }],
        roster: roster.map(|names| names.iter().map(ToString::to_string).collect()),
    }
}

/// A container with one router and its service.
pub fn router(name: &str) -> Container {
    let element = |kind, body| Element {
        section: Section::Http,
        kind,
        name: name.to_owned(),
        body,
        implicit: false,
    };
    let rule = format!("Host(`{name}.example.com`)");
    let servers = json!([{ "url": "http://10.0.0.1:8080" }]);
    Container {
        id: format!("id of {name}"),
        name: name.to_owned(),
        elements: vec![
            element(Kind::Routers, json!({ "rule": rule, "service": name })),
            element(
                Kind::Services,
                json!({ "loadBalancer": { "servers": servers } }),
            ),
        ],
        ..Container::default()
    }
}

/// The route set of one listed engine with these containers.
pub fn routes(containers: &[Container]) -> RouteSet {
    let engine = Engine {
        endpoint: "unix:///docker.sock".to_owned(),
        listed: true,
        containers: containers.to_vec(),
        ..Engine::default()
    };
    RouteSet {
        engines: vec![engine],
    }
}

pub async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    match timeout(LIMIT, future).await {
        Ok(value) => value,
        Err(_) => panic!("waited too long for {what}"),
    }
}
