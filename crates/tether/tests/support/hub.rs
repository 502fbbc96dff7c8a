//! A hub on a free port, and requests to it.

use std::net::SocketAddr;

use axum::body::Bytes;
use axum::http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tether::auth::Tokens;
use tether::settings::Settings;
use tether_proto::Token;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request as Upgrade;
use tokio_util::sync::CancellationToken;

use super::events::Stream;
use super::wait::within;

/// The header `authorization` with the secret of every [`TestHub`].
pub const SECRET: &str = "Bearer secret";

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
        let task = tokio::spawn(tether::run_on(listener, settings, tokens, shutdown.clone()));
        Self {
            address,
            shutdown,
            task,
        }
    }

    /// A connection on which the test says every byte itself.
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
        Stream::new(response.into_body())
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

    /// The state that the dashboard shows.
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

    /// The request of an agent for its WebSocket.
    pub fn upgrade(&self, headers: &[(&str, &str)]) -> Upgrade {
        let url = format!("ws://{}{}", self.address, tether_proto::AGENT_PATH);
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            let name = hyper::header::HeaderName::from_bytes(name.as_bytes()).unwrap();
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        request
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
