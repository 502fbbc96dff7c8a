//! A session on the wire before `tether.v1`: frames in, verbs of the hub called; nothing out.
//!
//! The agent says neither hello nor goodbye. Its name comes with its first frame, and a session
//! without one is nobody's.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;

use tether_proto::{LegacyFrame, PING_INTERVAL, RejectCode, SILENCE_LIMIT};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use tokio_tungstenite::tungstenite::{Bytes, Message};

use super::context::Agents;
use super::legacy_frame;
use super::socket::{End, Socket, bad_message};
use crate::fleet::Rejection;
use crate::hub::Membership;

/// Talks with one agent until the connection ends.
///
/// # Errors
/// Always: why it ended.
pub async fn talk(socket: &mut Socket, agents: &Agents, peer: IpAddr) -> Result<(), End> {
    let mut listener = Listener::new(agents, peer);
    let mut heard = Instant::now();
    let mut pings = interval(PING_INTERVAL);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            text = socket.text() => {
                heard = Instant::now();
                if let Some(text) = text? {
                    listener.hear(&text).await?;
                }
            }
            // An agent of this wire sends no pings, but answers them.
            _ = pings.tick() => socket.write(Message::Ping(Bytes::new())).await?,
            () = sleep_until(heard + SILENCE_LIMIT) => {
                return Err(End::Broken("silent for too long".to_owned()));
            }
            rejection = listener.ended() => return Err(rejection.into()),
            () = agents.shutdown.cancelled() => {
                return Err(rejection(RejectCode::Restarting, "the hub is shutting down"));
            }
        }
    }
}

/// One socket's agent, once it has a name.
struct Listener<'a> {
    agents: &'a Agents,
    peer: IpAddr,
    hasher: RandomState,
    claim: Option<Claim>,
}

/// A session of the agent that the last frame named.
struct Claim {
    session: Membership,
    seq: u64,
    /// Of the last frame: agents repeat themselves at every event of their engine.
    digest: u64,
}

impl<'a> Listener<'a> {
    fn new(agents: &'a Agents, peer: IpAddr) -> Self {
        Self {
            agents,
            peer,
            hasher: RandomState::new(),
            claim: None,
        }
    }

    async fn hear(&mut self, text: &str) -> Result<(), End> {
        let digest = self.hasher.hash_one(text);
        if self
            .claim
            .as_ref()
            .is_some_and(|claim| claim.digest == digest)
        {
            return Ok(());
        }
        let frame: LegacyFrame = serde_json::from_str(text)
            .map_err(|error| bad_message(&format!("a frame cannot be read ({error})")))?;
        let Some((hello, routes)) = legacy_frame::read(frame) else {
            tracing::debug!(peer = %self.peer, "a frame without a name or a configuration");
            return Ok(());
        };
        let is_same = |claim: &Claim| {
            (&claim.session.id.name, &claim.session.id.env) == (&hello.agent, &hello.env)
        };
        let claim = match self.claim.take().filter(is_same) {
            Some(claim) => claim,
            None => {
                let session = self.agents.hub.connect(hello, self.peer)?;
                let peer = self.peer.to_canonical();
                tracing::info!(agent = %session.id, %peer, "agent of the legacy wire connected");
                Claim {
                    session,
                    seq: 0,
                    digest,
                }
            }
        };
        let seq = claim.seq + 1;
        claim.session.replace(seq, routes).await;
        self.claim = Some(Claim {
            seq,
            digest,
            ..claim
        });
        Ok(())
    }

    /// Returns when the session does not speak for the agent any more; never while it has no name.
    async fn ended(&self) -> Rejection {
        match &self.claim {
            Some(claim) => claim.session.ended().await,
            None => std::future::pending().await,
        }
    }
}

fn rejection(code: RejectCode, message: &str) -> End {
    Rejection {
        code,
        message: message.to_owned(),
    }
    .into()
}
