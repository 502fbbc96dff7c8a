//! Sends messages to a hub and receives its answers as frames. Every wait has a limit.

use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use futures_util::{SinkExt, StreamExt};
use tether_proto::{AgentMessage, HubMessage, SILENCE_LIMIT};
use tether_runtime::fragments::fragments;
use tether_runtime::text::printable;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{self, Message, Utf8Bytes};
use tracing::{debug, warn};

use super::connect::Socket;

/// How long a frame may take to leave.
const WRITE_LIMIT: Duration = Duration::from_secs(10);

/// How long saying goodbye may take.
const BYE_LIMIT: Duration = Duration::from_secs(1);

/// The connection itself, its limits kept.
pub(crate) struct Wire<'a> {
    socket: Socket,
    hub: &'a str,
    heard: Instant,
}

impl<'a> Wire<'a> {
    /// A connection to the hub of this name in messages.
    pub(crate) fn new(socket: Socket, hub: &'a str) -> Self {
        Self {
            socket,
            hub,
            heard: Instant::now(),
        }
    }

    /// The hub's next message. It may be dropped and called anew: nothing that was read is lost.
    pub(crate) async fn next(&mut self) -> anyhow::Result<HubMessage> {
        let text = self.text().await?;
        serde_json::from_str(&text)
            .map_err(|error| anyhow!("the hub at {} says something unknown: {error}", self.hub))
    }

    /// The hub's next text frame, as [`Self::next`].
    pub(crate) async fn text(&mut self) -> anyhow::Result<Utf8Bytes> {
        loop {
            let frame = tokio::select! {
                () = sleep_until(self.heard + SILENCE_LIMIT) => bail!(
                    "the hub at {} was not heard for {} s: is the network up?",
                    self.hub,
                    SILENCE_LIMIT.as_secs()
                ),
                frame = self.socket.next() => frame,
            };
            self.heard = Instant::now();
            match frame {
                Some(Ok(Message::Text(text))) => return Ok(text),
                Some(Ok(Message::Close(frame))) => return Err(self.closed(frame)),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(self.broken(&error)),
                None => return Err(self.closed(None)),
            }
        }
    }

    pub(crate) async fn send(&mut self, message: &AgentMessage) -> anyhow::Result<()> {
        let text = serde_json::to_string(message).context("a message has no JSON form")?;
        self.write_in_parts(text).await
    }

    /// Sends routes, unless the hub would close the session for their size: why, then.
    pub(crate) async fn push(
        &mut self,
        message: &AgentMessage,
        limit: usize,
    ) -> anyhow::Result<Option<String>> {
        let text = serde_json::to_string(message).context("a message has no JSON form")?;
        if text.len() > limit {
            let fault = format!(
                "this host's routes are not sent: they have {} bytes and the hub takes {limit}; \
                 raise TETHER_FRAME_LIMIT at the hub",
                text.len()
            );
            warn!(hub = self.hub, "{fault}");
            return Ok(Some(fault));
        }
        debug!(hub = self.hub, bytes = text.len(), "routes");
        self.write_in_parts(text).await?;
        Ok(None)
    }

    async fn write_in_parts(&mut self, text: String) -> anyhow::Result<()> {
        for part in fragments(text.into()) {
            self.write(part).await?;
        }
        Ok(())
    }

    pub(crate) async fn write(&mut self, message: Message) -> anyhow::Result<()> {
        match timeout(WRITE_LIMIT, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(self.broken(&error)),
            Err(_) => bail!(
                "the hub at {} takes no more bytes: is the network up?",
                self.hub
            ),
        }
    }

    /// Best effort: a hub that does not hear it finds the connection closed.
    pub(crate) async fn bye(&mut self, drain: bool) {
        let bye = AgentMessage::Bye { drain };
        if let Ok(Ok(())) = timeout(BYE_LIMIT, self.send(&bye)).await {
            self.leave().await;
        }
    }

    /// Closes, as far as the hub still hears it.
    pub(crate) async fn leave(&mut self) {
        let leave = async {
            let frame = CloseFrame {
                code: CloseCode::Away,
                reason: "the agent ends".into(),
            };
            self.socket.close(Some(frame)).await.context("closing")?;
            // The hub's own close frame shows that it has read the goodbye.
            while let Some(Ok(_)) = self.socket.next().await {}
            anyhow::Ok(())
        };
        let _ = timeout(BYE_LIMIT, leave).await;
    }

    fn closed(&self, frame: Option<CloseFrame>) -> anyhow::Error {
        match frame {
            Some(frame) if !frame.reason.is_empty() => anyhow!(
                "the hub at {} has closed the connection ({}): {}",
                self.hub,
                u16::from(frame.code),
                printable(&frame.reason)
            ),
            Some(frame) => {
                anyhow!(
                    "the hub at {} has closed the connection ({})",
                    self.hub,
                    u16::from(frame.code)
                )
            }
            None => anyhow!("the connection to the hub at {} is lost", self.hub),
        }
    }

    fn broken(&self, error: &tungstenite::Error) -> anyhow::Error {
        debug!(hub = self.hub, %error, "connection lost");
        anyhow!("the connection to the hub at {} is lost", self.hub)
    }
}
