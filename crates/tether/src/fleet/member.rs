//! One agent as the hub knows it: its session and last word in; whether another process may speak
//! for it out.

use std::collections::{BTreeSet, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use tether_proto::{EngineId, Hello, RejectCode};
use traefik_config::Problem;

use super::agent_id::{AgentId, Generation, Rejection};
use super::duplicates::{Duplicates, Peer};
use crate::compile::CompiledRoutes;

/// How long after a loss a held agent's servers leave where a live sibling exists.
pub const SETTLE_DELAY: Duration = Duration::from_secs(2);

/// How many superseded instances of one agent are remembered.
const SUPERSEDED_LIMIT: usize = 8;

/// One agent, live or held.
#[derive(Debug, Clone)]
pub struct Member {
    /// The session that speaks for it, or spoke last.
    pub generation: Generation,
    /// What it said of itself, its roster aside.
    pub hello: Hello,
    /// Where it came from.
    pub peer: IpAddr,
    /// Its last word.
    pub routes: Arc<CompiledRoutes>,
    /// The number of its last word; 0 before the first.
    pub seq: u64,
    /// Since when it is held; none while it is live.
    pub held: Option<Instant>,
    /// When it came into this state by the wall clock, for people.
    pub since: SystemTime,
    /// When it said hello.
    pub(crate) heard: Instant,
    pub(crate) synced: bool,
    superseded: VecDeque<String>,
    /// Others that want its name.
    pub(crate) duplicates: Duplicates,
}

/// What a session takes over from the one before.
#[derive(Debug, Default)]
pub(crate) struct Past {
    routes: Arc<CompiledRoutes>,
    superseded: VecDeque<String>,
    duplicates: Duplicates,
}

impl Member {
    /// A session that begins.
    pub(crate) fn new(
        generation: Generation,
        hello: Hello,
        peer: IpAddr,
        past: Past,
        now: Instant,
    ) -> Self {
        Self {
            generation,
            hello,
            peer,
            // Until the new session has spoken, the last word stands.
            routes: past.routes,
            seq: 0,
            held: None,
            since: SystemTime::now(),
            heard: now,
            synced: false,
            superseded: past.superseded,
            duplicates: past.duplicates,
        }
    }

    /// What the session that says this hello from there takes over.
    pub(crate) fn past_of(&self, hello: &Hello, peer: IpAddr) -> Past {
        let mut superseded = self.superseded.clone();
        if self.hello.instance != hello.instance {
            superseded.push_back(self.hello.instance.clone());
            if superseded.len() > SUPERSEDED_LIMIT {
                superseded.pop_front();
            }
        }
        let mut duplicates = self.duplicates.clone();
        duplicates.admit(&Peer::of(hello, peer));
        Past {
            routes: Arc::clone(&self.routes),
            superseded,
            duplicates,
        }
    }

    /// The process that spoke last, and those before it.
    pub(crate) fn instances(self) -> impl Iterator<Item = String> {
        self.superseded.into_iter().chain([self.hello.instance])
    }

    /// What people are to know of others that want its name.
    pub fn duplicate_problems(&self) -> Vec<Problem> {
        // While it is lost its name is free, and they get in.
        if self.held.is_some() {
            return Vec::new();
        }
        self.duplicates.problems(&Peer::of(&self.hello, self.peer))
    }

    /// True if it has told all it knows since it came.
    pub fn is_synced(&self) -> bool {
        self.synced
    }

    /// True if it is held for so long that its servers leave where a live sibling exists.
    pub fn is_settled(&self, now: Instant) -> bool {
        self.held.is_some_and(|held| held + SETTLE_DELAY <= now)
    }

    /// The end of its lease, if it is held and not for ever.
    pub(crate) fn lease_end(&self, lease: Option<Duration>) -> Option<Instant> {
        self.held?.checked_add(lease?)
    }

    /// Whether the process that says this hello may speak for it.
    ///
    /// # Errors
    /// If another process does, and lives.
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
            let message = match self.engines().is_empty() || hello.engines.is_empty() {
                // One of them is of the legacy wire, which names no engine.
                true => format!(
                    "agent `{id}` is connected from {peer}: stop that one first if this is its \
                     successor, else give one of the two hosts another name"
                ),
                false => format!(
                    "agent `{id}` is connected from {peer} with another engine: give one of the \
                     two hosts another TETHERD_NAME"
                ),
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

    fn engines(&self) -> BTreeSet<&str> {
        let said = self.hello.engines.iter();
        let mut ours: BTreeSet<&str> = said.filter_map(|engine| engine.id.as_deref()).collect();
        // Those of its own word count too: a hello may come before they were heard. Those of an
        // inherited word may be another machine's.
        if self.seq > 0 {
            // Managers of one swarm are several machines.
            let engines = self.routes.engines.iter();
            let engines = engines.filter(|engine| engine.leads_swarm.is_none());
            ours.extend(engines.filter_map(|engine| engine.id.as_deref()));
        }
        ours
    }
}
