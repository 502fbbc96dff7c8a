//! The state of one agent.

use std::collections::{BTreeSet, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use tether_proto::{EngineId, Hello, RejectCode};
use traefik_config::Problem;

use super::agent_id::{AgentId, Generation, Rejection};
use super::duplicates::{Duplicates, Peer};
use crate::compile::CompiledRoutes;

/// The time after a loss when a held agent's servers are removed where a live sibling exists.
pub const SETTLE_DELAY: Duration = Duration::from_secs(2);

/// The most superseded processes of one agent that are remembered.
const SUPERSEDED_LIMIT: usize = 8;

/// One agent, live or held.
#[derive(Debug, Clone)]
pub struct Member {
    /// The current session, or the last one.
    pub generation: Generation,
    /// Its hello, without the roster.
    pub hello: Hello,
    /// The address that it connects from.
    pub peer: IpAddr,
    /// Its newest routes.
    pub routes: Arc<CompiledRoutes>,
    /// The number of its newest routes; 0 before the first.
    pub seq: u64,
    /// The time of the loss; none while it is live.
    pub held: Option<Instant>,
    /// The time of the last change between live and held, for people.
    pub since: SystemTime,
    /// The time of its hello.
    pub(crate) connected_at: Instant,
    /// The time of the first hello of its name.
    pub(crate) first_connected: Instant,
    pub(crate) synced: bool,
    superseded: VecDeque<String>,
    /// Other processes with its name.
    pub(crate) duplicates: Duplicates,
}

/// The state that a session inherits from the one before.
#[derive(Debug, Default)]
pub(crate) struct Inherited {
    first_connected: Option<Instant>,
    routes: Arc<CompiledRoutes>,
    superseded: VecDeque<String>,
    duplicates: Duplicates,
}

impl Member {
    /// The state at the start of a session.
    pub(crate) fn new(
        generation: Generation,
        hello: Hello,
        peer: IpAddr,
        inherited: Inherited,
        now: Instant,
    ) -> Self {
        Self {
            generation,
            hello,
            peer,
            // The old routes stay until the new session has pushed.
            routes: inherited.routes,
            seq: 0,
            held: None,
            since: SystemTime::now(),
            connected_at: now,
            first_connected: inherited.first_connected.unwrap_or(now),
            synced: false,
            superseded: inherited.superseded,
            duplicates: inherited.duplicates,
        }
    }

    /// The state that the session with this hello inherits.
    pub(crate) fn inherit(&self, hello: &Hello, peer: IpAddr) -> Inherited {
        let mut superseded = self.superseded.clone();
        if self.hello.instance != hello.instance {
            superseded.push_back(self.hello.instance.clone());
            if superseded.len() > SUPERSEDED_LIMIT {
                superseded.pop_front();
            }
        }
        let mut duplicates = self.duplicates.clone();
        duplicates.admit(&Peer::of(hello, peer));
        Inherited {
            first_connected: Some(self.first_connected),
            routes: Arc::clone(&self.routes),
            superseded,
            duplicates,
        }
    }

    /// The last process, and those before it.
    pub(crate) fn instances(self) -> impl Iterator<Item = String> {
        self.superseded.into_iter().chain([self.hello.instance])
    }

    /// The problems of other processes with its name.
    pub fn duplicate_problems(&self) -> Vec<Problem> {
        // While it is lost its name is free, so they are accepted.
        if self.held.is_some() {
            return Vec::new();
        }
        self.duplicates.problems(&Peer::of(&self.hello, self.peer))
    }

    /// True if it has reported all its engines in this session.
    pub fn is_synced(&self) -> bool {
        self.synced
    }

    /// True if it is held for so long that its servers are removed where a live sibling exists.
    pub fn is_settled(&self, now: Instant) -> bool {
        self.held.is_some_and(|held| held + SETTLE_DELAY <= now)
    }

    /// The end of its lease, if it is held and the lease is limited.
    pub(crate) fn lease_end(&self, lease: Option<Duration>) -> Option<Instant> {
        self.held?.checked_add(lease?)
    }

    /// Checks whether the process with this hello may take over.
    ///
    /// # Errors
    /// If another process is connected that it may not replace.
    pub(crate) fn admits(&self, id: &AgentId, hello: &Hello) -> Result<(), Rejection> {
        if self.held.is_some() || self.hello.instance == hello.instance {
            return Ok(());
        }
        if self.superseded.contains(&hello.instance) {
            return Err(Rejection {
                code: RejectCode::Superseded,
                message: format!(
                    "a newer process of agent `{id}` is connected from {}: stop this one, or \
                     give one of them another TETHERD_NAME",
                    self.peer.to_canonical()
                ),
            });
        }
        if !self.runs_on(&hello.engines) {
            let peer = self.peer.to_canonical();
            // Legacy agents name no engine.
            let is_unknown = self.engines().is_empty() || hello.engines.is_empty();
            let message = if is_unknown {
                format!(
                    "agent `{id}` is already connected from {peer}: stop it first if this one \
                     replaces it, else give one of the two hosts another name"
                )
            } else {
                format!(
                    "agent `{id}` is already connected from {peer} with another engine: give one \
                     of the two hosts another TETHERD_NAME"
                )
            };
            return Err(Rejection {
                code: RejectCode::NameTaken,
                message,
            });
        }
        Ok(())
    }

    /// True if one of these engines is its own.
    pub(crate) fn runs_on(&self, engines: &[EngineId]) -> bool {
        let ours = self.engines();
        let mut theirs = engines.iter().filter_map(|engine| engine.id.as_deref());
        theirs.any(|id| ours.contains(id))
    }

    /// True if an engine of it is the other one's, too.
    pub(crate) fn shares_engine(&self, other: &Self) -> bool {
        !self.engines().is_disjoint(&other.engines())
    }

    fn engines(&self) -> BTreeSet<&str> {
        self.engine_ids().collect()
    }

    /// The ids of its engines; some are named twice.
    pub(crate) fn engine_ids(&self) -> impl Iterator<Item = &str> {
        let named = self.hello.engines.iter();
        let named = named.filter_map(|engine| engine.id.as_deref());
        // Also the engines in its own routes: a hello may come before they answered. Inherited
        // routes may be another machine's.
        let listed = if self.seq > 0 {
            &self.routes.engines[..]
        } else {
            &[]
        };
        // The managers of one swarm are different machines.
        let own = listed.iter().filter(|engine| engine.leads_swarm.is_none());
        named.chain(own.filter_map(|engine| engine.id.as_deref()))
    }
}
