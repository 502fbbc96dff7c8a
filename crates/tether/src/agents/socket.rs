//! One agent's WebSocket: frames in, messages of the wire out, and why it ends.

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

/// How long an agent may take to say hello.
const HELLO_LIMIT: Duration = Duration::from_secs(5);

/// How long a frame may take to leave.
const WRITE_LIMIT: Duration = Duration::from_secs(10);

/// How long a connection with unread bytes stays open after the last word: closing it at once
/// would reset it, and the word could be lost on its way.
const LINGER: Duration = Duration::from_millis(500);

/// The close code for a frame that is too large.
const TOO_LARGE: u16 = 1009;

/// The longest reason that a close frame carries, in bytes.
const REASON_LIMIT: usize = 123;

/// A WebSocket of this server.
pub type WebSocket = WebSocketStream<TokioIo<Upgraded>>;

/// A WebSocket that speaks the wire.
pub struct Socket(pub WebSocket);

/// What a connection may begin with.
pub enum First {
    /// An agent that is to be heard.
    Hello(Hello),
    /// An agent that is to be taken out.
    Drain(Drain),
}

/// Why a session is over.
#[derive(Debug)]
pub enum End {
    /// The agent said bye, or closed.
    Left,
    /// The connection broke; nothing more can be said.
    Broken(String),
    /// The hub has had enough; the agent is told why, and closed with this number.
    Rejected(Rejection, u16),
}

impl From<Rejection> for End {
    fn from(rejection: Rejection) -> Self {
        let number = rejection.code.close_code();
        Self::Rejected(rejection, number)
    }
}

impl Socket {
    /// The first message.
    ///
    /// # Errors
    /// If it is another one or does not come in time.
    pub async fn first(&mut self) -> Result<First, End> {
        let first = timeout(HELLO_LIMIT, async {
            loop {
                if let Some(message) = self.next().await? {
                    return Ok(message);
                }
            }
        });
        match first.await {
            Ok(Ok(AgentMessage::Hello(hello))) => Ok(First::Hello(hello)),
            Ok(Ok(AgentMessage::Drain(order))) => Ok(First::Drain(order)),
            Ok(Ok(_)) => Err(bad_message("the first message is not hello").into()),
            Ok(Err(end)) => Err(end),
            Err(_) => Err(bad_message("no hello came in time").into()),
        }
    }

    /// The next message; none for a frame that only shows that the agent lives.
    ///
    /// # Errors
    /// If there is none, or it cannot be read.
    pub async fn next(&mut self) -> Result<Option<AgentMessage>, End> {
        let Some(text) = self.text().await? else {
            return Ok(None);
        };
        match serde_json::from_str(text.as_str()) {
            Ok(message) => Ok(Some(message)),
            Err(error) => Err(bad_message(&format!("a message cannot be read ({error})")).into()),
        }
    }

    /// The next text frame; none for a frame that only shows that the agent lives.
    ///
    /// # Errors
    /// If there is none.
    pub async fn text(&mut self) -> Result<Option<Utf8Bytes>, End> {
        match self.0.next().await {
            Some(Ok(Message::Text(text))) => Ok(Some(text)),
            Some(Ok(Message::Binary(_))) => Err(bad_message("a binary frame").into()),
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => Ok(None),
            Some(Ok(Message::Close(_))) | None => Err(End::Left),
            Some(Err(error)) => Err(broken(&error)),
        }
    }

    /// Says something.
    ///
    /// # Errors
    /// If it cannot be written in time.
    pub async fn send(&mut self, message: &HubMessage) -> Result<(), End> {
        let text = serde_json::to_string(message).expect("the wire's types have string keys only");
        self.write_in_parts(text.into()).await
    }

    /// Writes a frame.
    ///
    /// # Errors
    /// If it cannot be written in time.
    pub async fn write(&mut self, message: Message) -> Result<(), End> {
        match timeout(WRITE_LIMIT, self.0.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(broken(&error)),
            Err(_) => Err(End::Broken(
                "a frame could not be written in time".to_owned(),
            )),
        }
    }

    /// Writes a long message in frames that need no large buffer. A buffer stays for the session.
    ///
    /// # Errors
    /// If it cannot be written in time.
    pub async fn write_in_parts(&mut self, text: Bytes) -> Result<(), End> {
        for part in fragments(text) {
            self.write(part).await?;
        }
        Ok(())
    }

    /// Ends the session, telling the agent why where it can still hear.
    pub async fn end(&mut self, peer: IpAddr, end: End) {
        let Some((rejection, number)) = end.told(peer) else {
            return;
        };
        let message = HubMessage::Rejected {
            code: rejection.code,
            message: rejection.message,
        };
        // The agent may be gone already; then there is nobody to tell.
        if self.send(&message).await.is_ok() {
            self.close(number, "").await;
        }
    }

    /// Ends the session of an agent that understands close frames only.
    pub async fn hang_up(&mut self, peer: IpAddr, end: End) {
        if let Some((rejection, number)) = end.told(peer) {
            let reason = &rejection.message;
            let mut end = reason.len().min(REASON_LIMIT);
            while !reason.is_char_boundary(end) {
                end -= 1;
            }
            self.close(number, &reason[..end]).await;
        }
    }

    async fn close(&mut self, code: u16, reason: &str) {
        let reason = reason.into();
        let frame = CloseFrame {
            code: code.into(),
            reason,
        };
        // The agent may be gone already.
        let written = self.write(Message::Close(Some(frame))).await;
        if written.is_ok() && code == TOO_LARGE {
            sleep(LINGER).await;
        }
    }
}

impl End {
    /// Logs why the session is over; what the agent is to be told, if anything.
    fn told(self, peer: IpAddr) -> Option<(Rejection, u16)> {
        match self {
            Self::Left => None,
            Self::Broken(why) => {
                tracing::debug!(%peer, why, "agent connection broken");
                None
            }
            Self::Rejected(rejection, number) => {
                match rejection.code {
                    // Both have been said once, for all.
                    RejectCode::Restarting | RejectCode::Drained => {}
                    code => {
                        tracing::warn!(%peer, ?code, "rejected an agent: {}", rejection.message);
                    }
                }
                Some((rejection, number))
            }
        }
    }
}

fn broken(error: &Error) -> End {
    match error {
        Error::Capacity(_) => {
            let message = format!("a frame is too large ({error}): raise TETHER_FRAME_LIMIT");
            End::Rejected(
                Rejection {
                    code: RejectCode::BadMessage,
                    message,
                },
                TOO_LARGE,
            )
        }
        Error::Utf8(_) => bad_message("a frame is not UTF-8").into(),
        _ => End::Broken(error.to_string()),
    }
}

/// A message that breaks the contract.
pub fn bad_message(what: &str) -> Rejection {
    Rejection {
        code: RejectCode::BadMessage,
        message: format!("{what}: is this a tetherd of another version?"),
    }
}
