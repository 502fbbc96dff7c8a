//! The session of an agent on the wire before `tether.v1`: passes its frames to the hub, and sends
//! nothing.
//!
//! The agent sends neither hello nor goodbye. Each frame contains its name.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;

use tether_proto::LegacyFrame;

use super::context::AgentContext;
use super::keep_alive::KeepAlive;
use super::legacy_frame;
use super::session::restarting;
use super::socket::{SessionEnd, Socket, bad_message};
use crate::fleet::Rejection;
use crate::hub::Membership;

/// Runs a session until the connection ends.
///
/// # Errors
/// Always, with the reason for the end.
pub async fn run(
    socket: &mut Socket,
    context: &AgentContext,
    peer: IpAddr,
) -> Result<(), SessionEnd> {
    let mut session = LegacySession {
        context,
        peer,
        hasher: RandomState::new(),
        current: None,
    };
    let mut keep_alive = KeepAlive::new();
    loop {
        tokio::select! {
            text = socket.text() => {
                keep_alive.received();
                if let Some(text) = text? {
                    session.handle(&text).await?;
                }
            }
            // Legacy agents send no pings, but answer them.
            due = keep_alive.ping_due() => {
                due?;
                socket.ping().await?;
            }
            rejection = session.ended() => return Err(rejection.into()),
            () = context.shutdown.cancelled() => return Err(restarting().into()),
        }
    }
}

/// One connection, and the agent that its last frame names.
struct LegacySession<'a> {
    context: &'a AgentContext,
    peer: IpAddr,
    hasher: RandomState,
    current: Option<Current>,
}

/// The membership of the agent that the last frame names.
struct Current {
    membership: Membership,
    seq: u64,
    /// A digest of the last frame: these agents repeat it at every event of their engine.
    digest: u64,
}

impl LegacySession<'_> {
    async fn handle(&mut self, text: &str) -> Result<(), SessionEnd> {
        let digest = self.hasher.hash_one(text);
        if self
            .current
            .as_ref()
            .is_some_and(|one| one.digest == digest)
        {
            return Ok(());
        }
        let frame: LegacyFrame = serde_json::from_str(text)
            .map_err(|error| bad_message(&format!("a frame cannot be read ({error})")))?;
        let Some((hello, routes)) = legacy_frame::read(frame) else {
            tracing::debug!(peer = %self.peer, "a frame without a name or a configuration");
            return Ok(());
        };
        let is_same = |current: &Current| {
            let id = &current.membership.id;
            (&id.name, &id.env) == (&hello.agent, &hello.env)
        };
        let current = match self.current.take().filter(is_same) {
            Some(current) => current,
            None => {
                let membership = self.context.hub.connect(hello, self.peer)?;
                let peer = self.peer.to_canonical();
                tracing::info!(agent = %membership.id, %peer, "legacy agent connected");
                Current {
                    membership,
                    seq: 0,
                    digest,
                }
            }
        };
        let seq = current.seq + 1;
        current.membership.replace(seq, routes).await;
        self.current = Some(Current {
            seq,
            digest,
            ..current
        });
        Ok(())
    }

    /// Waits until the hub ends the session, and returns the reason.
    async fn ended(&self) -> Rejection {
        match &self.current {
            Some(current) => current.membership.ended().await,
            None => std::future::pending().await,
        }
    }
}
