//! The WebSocket of one agent: reads and writes messages, and closes the connection with a reason.

use std::net::IpAddr;
use std::time::Duration;

use axum::body::Bytes;
use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tether_proto::{AgentMessage, Drain, Hello, HubMessage, RejectCode};
use tether_runtime::fragments::fragments;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};

use crate::fleet::Rejection;

/// The limit for the hello.
const HELLO_LIMIT: Duration = Duration::from_secs(5);

/// The limit for writing a frame.
const WRITE_LIMIT: Duration = Duration::from_secs(10);

/// How long a connection with unread data stays open after the close frame: closing it at once
/// would reset it, and the frame could be lost.
const CLOSE_DELAY: Duration = Duration::from_millis(500);

/// The close code for a frame that is too large.
const CLOSE_CODE_TOO_LARGE: u16 = 1009;

/// The longest reason in a close frame.
const CLOSE_REASON_MAX_BYTES: usize = 123;

/// A WebSocket of this server.
pub type WebSocket = WebSocketStream<TokioIo<Upgraded>>;

/// A WebSocket with messages of the wire.
pub struct Socket(pub WebSocket);

/// The first message of a connection.
pub enum FirstMessage {
    /// From an agent that starts a session.
    Hello(Hello),
    /// A request to drain an agent.
    Drain(Drain),
}

/// The reason for the end of a session.
#[derive(Debug)]
pub enum SessionEnd {
    /// The agent has left or closed the connection.
    Left,
    /// The connection is broken.
    Broken(String),
    /// The hub ends the session, and tells the agent why.
    Rejected {
        /// The reason.
        rejection: Rejection,
        /// The code of the close frame.
        close_code: u16,
    },
}

impl From<Rejection> for SessionEnd {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected {
            close_code: rejection.code.close_code(),
            rejection,
        }
    }
}

impl Socket {
    /// Reads the first message.
    ///
    /// # Errors
    /// If it is of another kind or does not arrive in time.
    pub async fn first(&mut self) -> Result<FirstMessage, SessionEnd> {
        let first = timeout(HELLO_LIMIT, async {
            loop {
                if let Some(message) = self.next().await? {
                    return Ok(message);
                }
            }
        });
        match first.await {
            Ok(Ok(AgentMessage::Hello(hello))) => Ok(FirstMessage::Hello(hello)),
            Ok(Ok(AgentMessage::Drain(order))) => Ok(FirstMessage::Drain(order)),
            Ok(Ok(_)) => Err(bad_message("the first message is not hello").into()),
            Ok(Err(end)) => Err(end),
            Err(_) => Err(bad_message("no hello arrived in time").into()),
        }
    }

    /// Reads the next message. Returns none for pings and pongs.
    ///
    /// # Errors
    /// If there is none, or it cannot be read.
    pub async fn next(&mut self) -> Result<Option<AgentMessage>, SessionEnd> {
        let Some(text) = self.text().await? else {
            return Ok(None);
        };
        match serde_json::from_str(text.as_str()) {
            Ok(message) => Ok(Some(message)),
            Err(error) => Err(bad_message(&format!("a message cannot be read ({error})")).into()),
        }
    }

    /// Reads the next text frame. Returns none for pings and pongs.
    ///
    /// # Errors
    /// If there is none.
    pub async fn text(&mut self) -> Result<Option<Utf8Bytes>, SessionEnd> {
        match self.0.next().await {
            Some(Ok(Message::Text(text))) => Ok(Some(text)),
            Some(Ok(Message::Binary(_))) => Err(bad_message("a binary frame").into()),
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => Ok(None),
            Some(Ok(Message::Close(_))) | None => Err(SessionEnd::Left),
            Some(Err(error)) => Err(broken(&error)),
        }
    }

    /// Sends a message.
    ///
    /// # Errors
    /// If it cannot be written in time.
    pub async fn send(&mut self, message: &HubMessage) -> Result<(), SessionEnd> {
        let text = serde_json::to_string(message).expect("the wire's types have string keys only");
        self.write_fragments(text.into()).await
    }

    async fn write(&mut self, message: Message) -> Result<(), SessionEnd> {
        match timeout(WRITE_LIMIT, self.0.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(broken(&error)),
            Err(_) => Err(SessionEnd::Broken(
                "a frame could not be written in time".to_owned(),
            )),
        }
    }

    /// Sends a ping.
    ///
    /// # Errors
    /// If it cannot be written in time.
    pub async fn ping(&mut self) -> Result<(), SessionEnd> {
        self.write(Message::Ping(Bytes::new())).await
    }

    /// Writes a long message in fragments. With a single frame, the session would keep a buffer of
    /// that size.
    ///
    /// # Errors
    /// If it cannot be written in time.
    pub async fn write_fragments(&mut self, text: Bytes) -> Result<(), SessionEnd> {
        for fragment in fragments(text) {
            self.write(fragment).await?;
        }
        Ok(())
    }

    /// Logs the end of a session, and tells the agent why if it is still connected.
    pub async fn finish(&mut self, peer: IpAddr, end: SessionEnd) {
        let Some((rejection, close_code)) = end.log(peer) else {
            return;
        };
        let message = HubMessage::Rejected {
            code: rejection.code,
            message: rejection.message,
        };
        // The agent may be gone already.
        if self.send(&message).await.is_ok() {
            self.close(close_code, "").await;
        }
    }

    /// The same for an agent that only understands close frames.
    pub async fn finish_legacy(&mut self, peer: IpAddr, end: SessionEnd) {
        if let Some((rejection, close_code)) = end.log(peer) {
            let reason = &rejection.message;
            let mut end = reason.len().min(CLOSE_REASON_MAX_BYTES);
            while !reason.is_char_boundary(end) {
                end -= 1;
            }
            self.close(close_code, &reason[..end]).await;
        }
    }

    async fn close(&mut self, code: u16, reason: &str) {
        let frame = CloseFrame {
            code: code.into(),
            reason: reason.into(),
        };
        // The agent may be gone already.
        let written = self.write(Message::Close(Some(frame))).await;
        if written.is_ok() && code == CLOSE_CODE_TOO_LARGE {
            sleep(CLOSE_DELAY).await;
        }
    }
}

impl SessionEnd {
    /// Logs the end. Returns the rejection and the close code for the agent, if there are any.
    fn log(self, peer: IpAddr) -> Option<(Rejection, u16)> {
        match self {
            Self::Left => None,
            Self::Broken(why) => {
                tracing::debug!(%peer, why, "agent connection broken");
                None
            }
            Self::Rejected {
                rejection,
                close_code,
            } => {
                match rejection.code {
                    // Both are logged elsewhere, once for all agents.
                    RejectCode::Restarting | RejectCode::Drained => {}
                    code => {
                        tracing::warn!(%peer, ?code, "rejected an agent: {}", rejection.message);
                    }
                }
                Some((rejection, close_code))
            }
        }
    }
}

fn broken(error: &Error) -> SessionEnd {
    match error {
        Error::Capacity(_) => {
            let message = format!("a frame is too large ({error}): raise TETHER_FRAME_LIMIT");
            SessionEnd::Rejected {
                rejection: Rejection {
                    code: RejectCode::BadMessage,
                    message,
                },
                close_code: CLOSE_CODE_TOO_LARGE,
            }
        }
        Error::Utf8(_) => bad_message("a frame is not UTF-8").into(),
        _ => SessionEnd::Broken(error.to_string()),
    }
}

/// The rejection of a message that breaks the contract.
pub fn bad_message(what: &str) -> Rejection {
    Rejection {
        code: RejectCode::BadMessage,
        message: format!("{what}: is this a tetherd of another version?"),
    }
}
