//! The fleet at one moment.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Instant, UNIX_EPOCH};

use traefik_config::Problem;

use super::agent_id::{AgentId, Generation};
use super::member::Member;
use crate::compile::{CompiledRoutes, Hold};

/// What a merge needs of the fleet, taken under the lock by cheap clones.
#[derive(Debug, Default)]
pub struct FleetView {
    /// When time alone changes something next.
    pub deadline: Option<Instant>,
    /// Everybody's name.
    pub roster: Vec<String>,
    /// The agents.
    pub members: Vec<MemberView>,
    /// Whether `/config` is answered.
    pub ready: bool,
    /// The agents that are waited for, or never came back.
    pub missing: Vec<String>,
}

/// What a merge needs of one agent.
#[derive(Debug)]
pub struct MemberView {
    /// Its name.
    pub id: AgentId,
    /// Its last word.
    pub routes: Arc<CompiledRoutes>,
    /// Whether it is heard.
    pub hold: Hold,
    /// The session and number of its last word.
    pub applied: (Generation, u64),
    /// Whether it has told all it knows.
    pub synced: bool,
    /// Since when it is live or held, in unix milliseconds.
    pub since: u64,
    /// Its own version.
    pub version: String,
    /// Where it came from.
    pub peer: IpAddr,
    /// Others that want its name.
    pub duplicates: Vec<Problem>,
}

impl MemberView {
    /// What a merge needs of this agent.
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
