//! Keeps track of the agents: which are live, held, expected or gone.
//!
//! Pure: the caller passes the time, so that tests can control it.

mod agent_id;
mod drained;
mod duplicates;
mod identity;
mod member;
mod readiness;
mod roster;
mod view;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use tether_proto::{Drain, Hello, PriorState, RejectCode};

use crate::compile::CompiledRoutes;
use drained::Drained;
use duplicates::Peer;
use member::Inherited;

pub use agent_id::{AgentId, Generation, Rejection};
#[cfg(test)]
pub(crate) use duplicates::DUPLICATE_LIFETIME;
pub use member::{Member, SETTLE_DELAY};
pub(crate) use readiness::RETURN_LIMIT;
pub use readiness::Readiness;
pub use roster::Roster;
pub use view::{FleetView, MemberView};

/// An agent counts as synced this long after its hello, even if an engine is not listed yet.
pub const SYNC_LIMIT: Duration = Duration::from_secs(10);

/// All agents of this hub.
#[derive(Debug)]
pub struct Fleet {
    members: BTreeMap<AgentId, Member>,
    /// Unlimited if none.
    lease: Option<Duration>,
    readiness: Readiness,
    last_generation: Generation,
    drained: Drained,
    /// True if a duplicate has not been published yet.
    has_new_duplicate: bool,
    /// The agents that were removed because their hosts are connected under another name.
    renamed: Vec<(AgentId, AgentId)>,
}

/// The reason why an operator cannot forget an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForgetError {
    /// It is connected, and would be back with its next push.
    Live,
    /// There is no agent of this name.
    NotFound,
}

impl Fleet {
    /// A fleet without agents. Lost agents are held for the lease.
    pub fn new(lease: Option<Duration>, readiness: Readiness) -> Self {
        Self {
            members: BTreeMap::new(),
            lease,
            readiness,
            last_generation: 0,
            drained: Drained::default(),
            has_new_duplicate: false,
            renamed: Vec::new(),
        }
    }

    /// Starts a session of an agent. An older session of the same agent ends.
    ///
    /// # Errors
    /// If the name is invalid, or another agent's.
    pub fn connect(
        &mut self,
        mut hello: Hello,
        peer: IpAddr,
        now: Instant,
    ) -> Result<(AgentId, Generation), Rejection> {
        let id = AgentId::of(&hello)?;
        if let Some(rejection) = self.drained.rejection(&id, &hello.instance) {
            return Err(rejection);
        }
        let inherited = match self.members.get_mut(&id) {
            None => Inherited::default(),
            Some(member) => {
                if let Err(rejection) = member.admits(&id, &hello) {
                    let peer = Peer::of(&hello, peer);
                    self.has_new_duplicate |= member.duplicates.record(peer, rejection.code, now);
                    return Err(rejection);
                }
                member.inherit(&hello, peer)
            }
        };
        self.readiness.on_connect(&id);
        // Not kept: a thousand agents that each name a thousand need 60 MiB.
        self.readiness.on_roster(hello.roster.take().as_deref());
        self.last_generation += 1;
        let member = Member::new(self.last_generation, hello, peer, inherited, now);
        self.members.insert(id.clone(), member);
        Ok((id, self.last_generation))
    }

    /// Replaces an agent's routes. Returns false if they are outdated: the session is over, or
    /// newer routes are here.
    pub fn replace(
        &mut self,
        id: &AgentId,
        generation: Generation,
        seq: u64,
        mut routes: CompiledRoutes,
        now: Instant,
    ) -> bool {
        let Some(member) = self.members.get_mut(id) else {
            return false;
        };
        if member.generation != generation || member.held.is_some() || seq <= member.seq {
            return false;
        }
        routes.keep_unlisted(&member.routes);
        let all_listed = routes.engines.iter().all(|engine| engine.listed);
        member.routes = Arc::new(routes);
        member.seq = seq;
        member.synced |= all_listed;
        if member.synced {
            self.readiness.on_synced(now);
        }
        true
    }

    /// Holds an agent whose connection is lost. Returns false if the session is over.
    pub fn disconnect(&mut self, id: &AgentId, generation: Generation, now: Instant) -> bool {
        match self.members.get_mut(id) {
            Some(member) if member.generation == generation && member.held.is_none() => {
                member.held = Some(now);
                member.since = SystemTime::now();
                true
            }
            _ => false,
        }
    }

    /// Removes an agent that leaves for good. Returns false if another session has taken over.
    pub fn drain(&mut self, id: &AgentId, generation: Generation) -> bool {
        let ours = self
            .members
            .get(id)
            .is_some_and(|member| member.generation == generation);
        if ours {
            self.remove(id);
        }
        ours
    }

    /// Removes an agent by order of its host, or of any host while it is lost. Its processes are
    /// not accepted again.
    ///
    /// # Errors
    /// If the name is invalid, or the agent is connected from another host than the one that asks.
    pub fn drain_by(&mut self, order: &Drain) -> Result<(AgentId, PriorState), Rejection> {
        let id = AgentId::new(&order.env, &order.agent)?;
        let was = match self.members.get(&id) {
            Some(member) if member.held.is_some() => PriorState::Held,
            Some(member) if member.runs_on(&order.engines) => PriorState::Live,
            Some(member) => return Err(not_of_the_host(&id, member, order)),
            None if self.drained.contains(&id) => PriorState::Drained,
            None => PriorState::Nobody,
        };
        let awaited = self.remove(&id);
        let was = if awaited && matches!(was, PriorState::Nobody | PriorState::Drained) {
            PriorState::Awaited
        } else {
            was
        };
        Ok((id, was))
    }

    /// True if an agent that is not known here is not just reconnecting.
    pub fn is_complete(&self, now: Instant) -> bool {
        let remembers = self.lease.is_none_or(|lease| lease >= RETURN_LIMIT);
        remembers && self.readiness.has_waited(now)
    }

    /// Removes a lost agent that an operator gives up. It is accepted if it comes back.
    ///
    /// # Errors
    /// If there is nothing to forget.
    pub fn forget(&mut self, id: &AgentId) -> Result<(), ForgetError> {
        match self.members.get(id) {
            Some(member) if member.held.is_none() => return Err(ForgetError::Live),
            Some(_) => {}
            None if self.readiness.missing().contains(&id.to_string()) => {}
            None => return Err(ForgetError::NotFound),
        }
        self.members.remove(id);
        self.readiness.forget(id);
        Ok(())
    }

    /// The reason why a session has ended.
    pub fn end_reason(&self, id: &AgentId, instance: &str) -> Rejection {
        self.drained
            .rejection(id, instance)
            .unwrap_or_else(|| Rejection {
                code: RejectCode::Superseded,
                message: format!("a newer session of agent `{id}` has taken over"),
            })
    }

    /// Returns true if the agent was expected.
    fn remove(&mut self, id: &AgentId) -> bool {
        if let Some(member) = self.members.remove(id) {
            self.drained.record(id, member.instances());
        }
        self.readiness.forget(id)
    }

    /// Applies the passage of time: leases end, late agents count as synced. Returns true if
    /// anything changed.
    pub fn tick(&mut self, now: Instant) -> bool {
        let before = self.members.len();
        let lease = self.lease;
        let gone: Vec<AgentId> = self
            .members
            .iter()
            .filter(|(_, member)| member.lease_end(lease).is_some_and(|end| end <= now))
            .map(|(id, _)| id.clone())
            .collect();
        for id in &gone {
            self.members.remove(id);
            self.readiness.forget(id);
        }
        let mut given_up = false;
        for member in self.members.values_mut() {
            given_up |= member.duplicates.tick(now);
        }
        let mut late = false;
        for member in self.members.values_mut() {
            if !member.synced && member.held.is_none() && member.connected_at + SYNC_LIMIT <= now {
                member.synced = true;
                late = true;
            }
        }
        if late {
            self.readiness.on_synced(now);
        }
        for (old, new) in identity::renamed(&self.members, now) {
            self.members.remove(&old);
            self.readiness.forget(&old);
            self.renamed.push((old, new));
        }
        let ready = self.readiness.is_ready();
        let synced = self.synced();
        self.readiness
            .update(&synced, !self.members.is_empty(), now);
        before != self.members.len() || late || given_up || ready != self.readiness.is_ready()
    }

    /// The next time at which something changes by itself.
    pub fn deadline(&self, now: Instant) -> Option<Instant> {
        let members = self.members.values().flat_map(|member| {
            let settle = member.held.map(|held| held + SETTLE_DELAY);
            let late =
                (!member.synced && member.held.is_none()).then(|| member.connected_at + SYNC_LIMIT);
            let duplicates = member.duplicates.deadline();
            let renamed = identity::renamed_from(&self.members, member);
            [
                settle,
                member.lease_end(self.lease),
                late,
                duplicates,
                renamed,
            ]
            .into_iter()
            .flatten()
        });
        members
            .chain(self.readiness.deadline())
            .filter(|deadline| *deadline > now)
            .min()
    }

    /// All agents, sorted by environment and name.
    #[cfg(test)]
    pub fn members(&self) -> impl Iterator<Item = (&AgentId, &Member)> {
        self.members.iter()
    }

    /// The current session of a connected agent.
    pub fn current_session(&self, id: &AgentId) -> Option<Generation> {
        self.members
            .get(id)
            .filter(|member| member.held.is_none())
            .map(|m| m.generation)
    }

    /// Returns true once for each new duplicate.
    pub fn take_new_duplicate(&mut self) -> bool {
        std::mem::take(&mut self.has_new_duplicate)
    }

    /// The agents whose hosts are connected under another name, each with that name; each once.
    pub fn take_renamed(&mut self) -> Vec<(AgentId, AgentId)> {
        std::mem::take(&mut self.renamed)
    }

    /// The number of the newest session.
    pub fn last_generation(&self) -> Generation {
        self.last_generation
    }

    /// The names of all agents, held ones included. Agents return them to the hub after its
    /// restart.
    pub fn roster(&self) -> Vec<String> {
        self.members.keys().map(ToString::to_string).collect()
    }

    /// The state that a merge needs, by cheap clones.
    pub fn view(&self, now: Instant) -> FleetView {
        let mut shared = identity::shared_engines(&self.members);
        let members = self.members.iter();
        FleetView {
            deadline: self.deadline(now),
            roster: self.roster(),
            ready: self.readiness.is_ready(),
            nothing_to_lose: self.readiness.has_nothing_to_lose(),
            missing: self.readiness.missing().iter().cloned().collect(),
            members: members
                .map(|(id, member)| {
                    let mut view = MemberView::of(id, member, now);
                    view.duplicates
                        .extend(shared.remove(id).unwrap_or_default());
                    view
                })
                .collect(),
        }
    }

    /// No Traefik has routes of a hub. Returns true if that is news.
    pub fn on_nothing_to_lose(&mut self) -> bool {
        self.readiness.on_nothing_to_lose()
    }

    /// Whether `/config` is answered, and which agents are expected.
    #[cfg(test)]
    pub fn readiness(&self) -> &Readiness {
        &self.readiness
    }

    fn synced(&self) -> BTreeSet<String> {
        let synced = self.members.iter().filter(|(_, member)| member.synced);
        synced.map(|(id, _)| id.to_string()).collect()
    }
}

fn not_of_the_host(id: &AgentId, member: &Member, order: &Drain) -> Rejection {
    let peer = member.peer.to_canonical();
    let message = if order.engines.iter().any(|engine| engine.id.is_some()) {
        format!(
            "agent `{id}` is connected from {peer} with another engine than this host's: drain it \
             on its own host, or stop it there first and drain it again"
        )
    } else {
        format!(
            "agent `{id}` is connected from {peer}, which may be another host than this one, whose \
             engine does not answer: stop it there first, then drain it again"
        )
    };
    Rejection {
        code: RejectCode::NameTaken,
        message,
    }
}

#[cfg(test)]
mod tests;
