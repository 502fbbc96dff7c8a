//! One agent's session: frames in, verbs of the hub called; receipts and rosters out.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tether_proto::{
    AgentMessage, Applied, HubMessage, Limits, PING_INTERVAL, RejectCode, SILENCE_LIMIT, Verdict,
    Welcome,
};
use tether_runtime::machine::network_namespace;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use tokio_tungstenite::tungstenite::{Bytes, Message};

use super::context::Agents;
use super::socket::{End, First, Socket, bad_message};
use super::verdicts::verdicts;
use crate::fleet::{Rejection, Roster};
use crate::hub::Membership;
use crate::publish::Snapshot;

/// The shortest time between two rosters of one session: where a thousand agents come at once it
/// changes at every merge.
const ROSTER_PACE: Duration = Duration::from_secs(1);

/// Talks with one agent until the connection ends.
///
/// # Errors
/// Why it ended, if the agent is to be told.
pub async fn talk(
    socket: &mut Socket,
    agents: &Agents,
    peer: IpAddr,
    observed: Option<IpAddr>,
) -> Result<(), End> {
    match let_in(socket, agents, peer, observed).await? {
        Some(session) => listen(socket, agents, &session).await,
        None => Ok(()),
    }
}

/// Hears who is there and welcomes it; none if it only had another agent drained.
async fn let_in(
    socket: &mut Socket,
    agents: &Agents,
    peer: IpAddr,
    observed: Option<IpAddr>,
) -> Result<Option<Membership>, End> {
    let hello = match socket.first().await? {
        First::Hello(hello) => hello,
        First::Drain(order) => {
            let (was, sure) = agents.hub.drain(&order).await?;
            socket.send(&HubMessage::Drained { was, sure }).await?;
            return Ok(None);
        }
    };
    let (version, engines) = (hello.version.clone(), hello.engines.len());
    let session = agents.hub.connect(hello, peer)?;
    tracing::info!(agent = %session.id, peer = %peer.to_canonical(), version, engines, "agent connected");
    socket
        .send(&HubMessage::Welcome(Welcome {
            hub: env!("CARGO_PKG_VERSION").to_owned(),
            observed_address: observed.map(|address| address.to_string()),
            network: network_namespace().map(str::to_owned),
            lease: agents.lease.map(|lease| lease.as_secs()),
            limits: Limits {
                frame: agents.frame_limit,
            },
        }))
        .await?;
    Ok(Some(session))
}

/// Hears the agent and tells it what comes of its words. Apart from its welcome, so that a
/// session does not keep the room for that.
async fn listen(socket: &mut Socket, agents: &Agents, session: &Membership) -> Result<(), End> {
    let mut snapshots = agents.hub.receipts();
    let mut roster = agents.hub.roster();
    // The first roster is told whatever it is: from now on the agent has one.
    roster.mark_changed();

    let mut not_before = Instant::now();
    let mut heard = Instant::now();
    let mut told = Receipt::default();
    let mut pings = interval(PING_INTERVAL);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let ended = session.ended();
    tokio::pin!(ended);
    loop {
        tokio::select! {
            frame = socket.next() => {
                heard = Instant::now();
                let Some(message) = frame? else { continue };
                // Boxed: it is as large as all else that a session keeps, and seldom there.
                Box::pin(handle(session, message)).await?;
            }
            _ = pings.tick() => socket.write(Message::Ping(Bytes::new())).await?,
            () = sleep_until(heard + SILENCE_LIMIT) => {
                return Err(End::Broken("silent for too long".to_owned()));
            }
            Ok(()) = newer(&mut roster, not_before) => {
                let newest = Arc::clone(&roster.borrow_and_update());
                // The first merge after the hello names this agent; before, it knows nothing.
                if newest.contains(&session.id) {
                    socket.write_in_parts(newest.message()).await?;
                    not_before = Instant::now() + ROSTER_PACE;
                }
            }
            Ok(()) = snapshots.changed() => {
                let snapshot = Arc::clone(&snapshots.borrow_and_update());
                if let Some(applied) = told.next(session, &snapshot) {
                    socket.send(&HubMessage::Applied(applied)).await?;
                }
            }
            rejection = &mut ended => return Err(rejection.into()),
            () = agents.shutdown.cancelled() => {
                return Err(Rejection {
                    code: RejectCode::Restarting,
                    message: "the hub is shutting down: come back soon".to_owned(),
                }
                .into());
            }
        }
    }
}

/// Returns when there is a newer roster, not before that time.
async fn newer(
    roster: &mut watch::Receiver<Arc<Roster>>,
    not_before: Instant,
) -> Result<(), watch::error::RecvError> {
    sleep_until(not_before).await;
    roster.changed().await
}

async fn handle(session: &Membership, message: AgentMessage) -> Result<(), End> {
    match message {
        AgentMessage::Routes(routes) => {
            let seq = routes.seq;
            if !session.replace(seq, routes.routes).await {
                tracing::debug!(agent = %session.id, seq, "dropped a late route set");
            }
            Ok(())
        }
        AgentMessage::Bye { drain } => {
            session.leave(drain);
            Err(End::Left)
        }
        AgentMessage::Hello(_) => Err(bad_message("a second hello").into()),
        AgentMessage::Drain(_) => Err(bad_message("a drain after hello").into()),
        AgentMessage::Unknown => Ok(()),
    }
}

/// What the agent was last told of its word.
#[derive(Default)]
struct Receipt {
    seq: u64,
    verdicts: Vec<Verdict>,
}

impl Receipt {
    /// The receipt for the session's newest word, if that is in the snapshot and the agent was
    /// told something else: other agents' words decide about its own, too.
    fn next(&mut self, session: &Membership, snapshot: &Snapshot) -> Option<Applied> {
        let (generation, seq) = *snapshot.applied.get(&session.id)?;
        // Numbers begin at 1: before, the snapshot has an earlier session's word.
        if generation != session.generation || seq == 0 || seq < self.seq {
            return None;
        }
        let verdicts = verdicts(&session.id, snapshot);
        if seq == self.seq && verdicts == self.verdicts {
            return None;
        }
        (self.seq, self.verdicts) = (seq, verdicts.clone());
        Some(Applied {
            seq,
            version: snapshot.version,
            verdicts,
        })
    }
}
