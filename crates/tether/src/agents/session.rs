//! The session of one agent: passes its messages to the hub, and sends receipts and rosters.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tether_proto::{AgentMessage, Applied, HubMessage, Limits, RejectCode, Verdict, Welcome};
use tether_runtime::machine::network_namespace;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::context::AgentContext;
use super::keep_alive::KeepAlive;
use super::socket::{FirstMessage, SessionEnd, Socket, bad_message};
use super::verdicts::verdicts;
use crate::fleet::{Rejection, Roster};
use crate::gateways::Observed;
use crate::hub::{Hub, Membership};
use crate::probe::Results;
use crate::publish::Snapshot;

/// The shortest time between two rosters of one session. While a thousand agents connect, the
/// roster changes at every merge.
const ROSTER_MIN_INTERVAL: Duration = Duration::from_secs(1);

/// Runs a session until the connection ends.
///
/// # Errors
/// The reason for the end.
pub async fn run(
    socket: &mut Socket,
    context: &AgentContext,
    peer: IpAddr,
    observed: Option<IpAddr>,
) -> Result<(), SessionEnd> {
    match begin(socket, context, peer, observed).await? {
        Some(membership) => serve(socket, context, &membership).await,
        None => Ok(()),
    }
}

/// Receives the hello and sends the welcome. Returns none after a request to drain an agent.
async fn begin(
    socket: &mut Socket,
    context: &AgentContext,
    peer: IpAddr,
    observed: Option<IpAddr>,
) -> Result<Option<Membership>, SessionEnd> {
    let hello = match socket.first().await? {
        FirstMessage::Hello(hello) => hello,
        FirstMessage::Drain(order) => {
            let (was, sure) = context.hub.drain(&order).await?;
            socket.send(&HubMessage::Drained { was, sure }).await?;
            return Ok(None);
        }
    };
    let (version, engines) = (hello.version.clone(), hello.engines.len());
    let membership = context.hub.connect(hello, peer)?;
    tracing::info!(agent = %membership.id, peer = %peer.to_canonical(), version, engines, "agent connected");
    socket
        .send(&HubMessage::Welcome(Welcome {
            hub: env!("CARGO_PKG_VERSION").to_owned(),
            observed_address: observed.map(|address| address.to_string()),
            network: network_namespace().map(str::to_owned),
            lease: context.lease.map(|lease| lease.as_secs()),
            limits: Limits {
                frame: context.frame_limit,
            },
        }))
        .await?;
    Ok(Some(membership))
}

/// Handles messages in both directions. Separate from [`begin`], so that a long session does not
/// keep the memory that the welcome needs.
async fn serve(
    socket: &mut Socket,
    context: &AgentContext,
    membership: &Membership,
) -> Result<(), SessionEnd> {
    let mut sources = Sources::of(&context.hub);
    let mut roster = context.hub.roster();
    // Send the first roster even if it has not changed: the agent has none yet.
    roster.mark_changed();

    let mut next_roster = Instant::now();
    let mut receipt = Receipt::default();
    let mut keep_alive = KeepAlive::new();
    let ended = membership.ended();
    tokio::pin!(ended);
    loop {
        tokio::select! {
            frame = socket.next() => {
                keep_alive.received();
                let Some(message) = frame? else { continue };
                // Boxed, since it is rare and as large as the rest of the session.
                Box::pin(handle(membership, message)).await?;
            }
            due = keep_alive.ping_due() => {
                due?;
                socket.ping().await?;
            }
            Ok(()) = roster_due(&mut roster, next_roster) => {
                let newest = Arc::clone(&roster.borrow_and_update());
                // Until the first merge after the hello, the roster lacks this agent.
                if newest.contains(&membership.id) {
                    socket.write_fragments(newest.message()).await?;
                    next_roster = Instant::now() + ROSTER_MIN_INTERVAL;
                }
            }
            Ok(()) = sources.changed() => {
                if let Some(applied) = receipt.next(membership, &mut sources) {
                    socket.send(&HubMessage::Applied(applied)).await?;
                }
            }
            rejection = &mut ended => return Err(rejection.into()),
            () = context.shutdown.cancelled() => return Err(restarting().into()),
        }
    }
}

/// The rejection of every session at shutdown.
pub(super) fn restarting() -> Rejection {
    Rejection {
        code: RejectCode::Restarting,
        message: "the hub is shutting down: reconnect soon".to_owned(),
    }
}

/// Waits for a newer roster, at least until the given time.
async fn roster_due(
    roster: &mut watch::Receiver<Arc<Roster>>,
    not_before: Instant,
) -> Result<(), watch::error::RecvError> {
    sleep_until(not_before).await;
    roster.changed().await
}

async fn handle(membership: &Membership, message: AgentMessage) -> Result<(), SessionEnd> {
    match message {
        AgentMessage::Routes(routes) => {
            let seq = routes.seq;
            if !membership.replace(seq, routes.routes).await {
                tracing::debug!(agent = %membership.id, seq, "dropped outdated routes");
            }
            Ok(())
        }
        AgentMessage::Bye { drain } => {
            membership.leave(drain);
            Err(SessionEnd::Left)
        }
        AgentMessage::Hello(_) => Err(bad_message("a second hello").into()),
        AgentMessage::Drain(_) => Err(bad_message("a drain after hello").into()),
        AgentMessage::Unknown => Ok(()),
    }
}

/// Everything that a receipt tells.
struct Sources {
    snapshots: watch::Receiver<Arc<Snapshot>>,
    observed: watch::Receiver<Arc<Observed>>,
    probed: watch::Receiver<Arc<Results>>,
}

impl Sources {
    fn of(hub: &Hub) -> Self {
        Self {
            snapshots: hub.receipts(),
            observed: hub.observed(),
            probed: hub.probed(),
        }
    }

    /// Waits until one of them has changed.
    async fn changed(&mut self) -> Result<(), watch::error::RecvError> {
        tokio::select! {
            changed = self.snapshots.changed() => changed,
            changed = self.observed.changed() => changed,
            changed = self.probed.changed() => changed,
        }
    }
}

/// The last receipt that was sent.
#[derive(Default)]
struct Receipt {
    seq: u64,
    verdicts: Vec<Verdict>,
}

impl Receipt {
    /// The receipt for the session's newest routes, if they are in the snapshot and the receipt
    /// differs from the last one. Other agents' routes, the gateways and the servers may change it
    /// too.
    fn next(&mut self, membership: &Membership, sources: &mut Sources) -> Option<Applied> {
        // Cloned first: while one is borrowed, the hub cannot publish it.
        let snapshot = Arc::clone(&sources.snapshots.borrow_and_update());
        let observed = Arc::clone(&sources.observed.borrow_and_update());
        let probed = Arc::clone(&sources.probed.borrow_and_update());
        let (generation, seq) = *snapshot.applied.get(&membership.id)?;
        // Numbers start at 1: with 0 the snapshot has the routes of an earlier session.
        if generation != membership.generation || seq == 0 || seq < self.seq {
            return None;
        }
        let verdicts = verdicts(&membership.id, &snapshot, &observed, &probed);
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
