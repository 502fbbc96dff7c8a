//! A hub that says what the test says, on either wire.

use futures_util::{SinkExt, StreamExt};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tether_proto::{AgentMessage, Hello, HubMessage, Limits, Routes, SUBPROTOCOL, Welcome};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::{WebSocketStream, accept_hdr_async};

use super::wait::within;

/// The one token that it takes.
pub const TOKEN: &str = "s3cret";

/// A hub behind a proxy that serves it below a path.
pub struct FakeHub {
    listener: TcpListener,
}

/// One agent's session at that hub.
pub struct Session(WebSocketStream<TcpStream>);

impl FakeHub {
    pub async fn start() -> Self {
        Self {
            listener: TcpListener::bind("127.0.0.1:0").await.unwrap(),
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}/prefix", self.listener.local_addr().unwrap())
    }

    /// The next session of `tether.v1`; none if its token is wrong.
    pub async fn accept(&self) -> Option<Session> {
        let (offers, session) = self.connection(true).await;
        assert!(offers);
        session
    }

    /// The next session of `tether.v1` up to the welcome, with its hello.
    pub async fn welcome(&self) -> (Session, Hello) {
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

    /// The next session of the wire before `tether.v1`, which the agent offers first.
    pub async fn accept_legacy(&self) -> Session {
        assert!(self.connection(false).await.0);
        let (offers, session) = self.connection(false).await;
        assert!(!offers);
        session.expect("a session")
    }

    /// The next connection: whether it offers `tether.v1`, which `grant` takes, and its session.
    async fn connection(&self, grant: bool) -> (bool, Option<Session>) {
        let mut offers = false;
        let check = |request: &Request, mut response: Response| {
            let headers = request.headers();
            assert_eq!(request.uri().path(), "/prefix/api/ws");
            assert!(!headers.contains_key("origin"));
            offers = headers
                .get("sec-websocket-protocol")
                .is_some_and(|offered| {
                    assert_eq!(offered, SUBPROTOCOL);
                    true
                });
            if headers.get("authorization") != Some(&format!("Bearer {TOKEN}").parse().unwrap()) {
                let mut refused = ErrorResponse::new(None);
                *refused.status_mut() = 401.try_into().unwrap();
                return Err(refused);
            }
            if grant {
                let granted = HeaderValue::from_static(SUBPROTOCOL);
                response
                    .headers_mut()
                    .insert("sec-websocket-protocol", granted);
            }
            Ok(response)
        };
        let accepted = within(self.listener.accept()).await.expect("a connection");
        let session = accept_hdr_async(accepted.unwrap().0, check).await;
        (offers, session.ok().map(Session))
    }
}

impl Session {
    /// Sends a message.
    pub async fn say(&mut self, message: &HubMessage) {
        self.say_text(&serde_json::to_string(message).unwrap())
            .await;
    }

    /// Sends any text.
    pub async fn say_text(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.unwrap();
    }

    /// The agent's next message; none if it closed.
    pub async fn next(&mut self) -> Option<AgentMessage> {
        self.text().await
    }

    /// The route set that is the agent's next message.
    pub async fn routes(&mut self) -> Routes {
        match self.next().await {
            Some(AgentMessage::Routes(routes)) => routes,
            other => panic!("not routes: {other:?}"),
        }
    }

    /// The next frame of a legacy agent; none if it closed.
    pub async fn frame(&mut self) -> Option<Value> {
        self.text().await
    }

    /// The names of the routers in a legacy agent's next frame.
    pub async fn routers(&mut self) -> Vec<String> {
        let frame = self.frame().await.expect("a frame");
        let routers = frame["config"]["http"]["routers"].as_object();
        routers.map_or(Vec::new(), |routers| routers.keys().cloned().collect())
    }

    async fn text<T: DeserializeOwned>(&mut self) -> Option<T> {
        loop {
            match within(self.0.next()).await.expect("a message") {
                Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }
}
