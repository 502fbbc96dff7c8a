//! An agent of the wire before `tether.v1`.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use super::hub::{SECRET, TestHub};
use super::wait::within;

/// A session of the wire before this one.
pub struct LegacyAgent {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl LegacyAgent {
    pub async fn connect(hub: &TestHub) -> Self {
        let request = hub.upgrade(&[("authorization", SECRET)]);
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
