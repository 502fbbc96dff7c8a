//! The fleet at one moment.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Instant, UNIX_EPOCH};

use traefik_config::Problem;

use super::agent_id::{AgentId, Generation};
use super::member::Member;
use crate::compile::{CompiledRoutes, Hold};

/// The state of the fleet that a merge needs, copied under the lock by cheap clones.
#[derive(Debug, Default)]
pub struct FleetView {
    /// The next time at which something changes by itself.
    pub deadline: Option<Instant>,
    /// The names of all agents.
    pub roster: Vec<String>,
    /// The agents.
    pub members: Vec<MemberView>,
    /// Whether `/config` is answered.
    pub ready: bool,
    /// True if no Traefik has routes that an incomplete configuration could remove.
    pub nothing_to_lose: bool,
    /// The agents that are expected, or never came back.
    pub missing: Vec<String>,
}

/// The state of one agent that a merge needs.
#[derive(Debug)]
pub struct MemberView {
    /// Its name.
    pub id: AgentId,
    /// Its newest routes.
    pub routes: Arc<CompiledRoutes>,
    /// Whether it is connected.
    pub hold: Hold,
    /// The session and the number of its newest routes.
    pub applied: (Generation, u64),
    /// True if it has reported all its engines.
    pub synced: bool,
    /// The time of the last change between live and held, in Unix milliseconds.
    pub since: u64,
    /// Its version.
    pub version: String,
    /// The address that it connects from.
    pub peer: IpAddr,
    /// The problems of other processes with its name, and of others with its engine.
    pub duplicates: Vec<Problem>,
}

impl MemberView {
    /// The state that a merge needs.
    pub(super) fn of(id: &AgentId, member: &Member, now: Instant) -> Self {
        let hold = if member.held.is_none() {
            Hold::Live
        } else if member.is_settled(now) {
            Hold::Settled
        } else {
            Hold::Held
        };
        let since = member.since.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            id: id.clone(),
            routes: Arc::clone(&member.routes),
            hold,
            applied: (member.generation, member.seq),
            synced: member.is_synced(),
            since: u64::try_from(since.as_millis()).unwrap_or(u64::MAX),
            version: member.hello.version.clone(),
            peer: member.peer,
            duplicates: member.duplicate_problems(),
        }
    }
}
