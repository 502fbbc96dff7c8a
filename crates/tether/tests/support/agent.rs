//! An agent of the wire `tether.v1`.

use futures_util::{SinkExt, StreamExt};
use tether_proto::{
    AgentMessage, Applied, Drain, Hello, HubMessage, RejectCode, RouteSet, Routes, SUBPROTOCOL,
};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use super::hub::{SECRET, TestHub};
use super::wait::within;

/// A session that speaks the wire.
pub struct Agent {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    welcome: HubMessage,
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

    /// The hub's answer to somebody on the host of that hello who drains the agent.
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
        let (socket, response) = tokio_tungstenite::connect_async(hub.upgrade(&headers))
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
        match tokio_tungstenite::connect_async(hub.upgrade(headers)).await {
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
    pub async fn rejected(&mut self) -> (RejectCode, u16) {
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
