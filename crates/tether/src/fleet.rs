//! Who is alive: hellos, route sets, losses and times in; members, roster and deadlines out.
//!
//! Pure: the caller brings the time, so a test can make it pass.

mod agent_id;
mod drained;
mod duplicates;
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
use member::Past;
use readiness::RETURN_LIMIT;

pub use agent_id::{AgentId, Generation, Rejection};
#[cfg(test)]
pub(crate) use duplicates::DUPLICATE_LIFETIME;
pub use member::{Member, SETTLE_DELAY};
pub use readiness::Readiness;
pub use roster::Roster;
pub use view::{FleetView, MemberView};

/// How long after its hello an agent counts as synced although an engine is not listed yet.
pub const SYNC_LIMIT: Duration = Duration::from_secs(10);

/// All agents of this hub.
#[derive(Debug)]
pub struct Fleet {
    members: BTreeMap<AgentId, Member>,
    /// None: for ever.
    lease: Option<Duration>,
    readiness: Readiness,
    generations: Generation,
    drained: Drained,
    /// A duplicate is there that people have not been told of.
    news: bool,
}

/// Why an operator cannot have an agent forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForgetError {
    /// It is connected: it would be back with its next word.
    Live,
    /// There is none of this name.
    Nobody,
}

impl Fleet {
    /// A fleet of nobody; lost agents are held for the lease, without one for ever.
    pub fn new(lease: Option<Duration>, readiness: Readiness) -> Self {
        Self {
            members: BTreeMap::new(),
            lease,
            readiness,
            generations: 0,
            drained: Drained::default(),
            news: false,
        }
    }

    /// Lets an agent in, or says why not. An older session of the same agent ends with it.
    ///
    /// # Errors
    /// If its name will not do or is another's.
    pub fn connect(
        &mut self,
        mut hello: Hello,
        peer: IpAddr,
        now: Instant,
    ) -> Result<(AgentId, Generation), Rejection> {
        let id = AgentId::of(&hello)?;
        if let Some(rejection) = self.drained.refusal(&id, &hello.instance) {
            return Err(rejection);
        }
        let past = match self.members.get_mut(&id) {
            None => Past::default(),
            Some(member) => {
                if let Err(rejection) = member.admits(&id, &hello) {
                    let peer = Peer::of(&hello, peer);
                    self.news |= member.duplicates.record(peer, rejection.code, now);
                    return Err(rejection);
                }
                member.past_of(&hello, peer)
            }
        };
        self.readiness.on_connect(&id);
        // Heard and not kept: a thousand agents that each name a thousand are 60 MiB.
        self.readiness.on_roster(hello.roster.take().as_deref());
        self.generations += 1;
        let member = Member::new(self.generations, hello, peer, past, now);
        self.members.insert(id.clone(), member);
        Ok((id, self.generations))
    }

    /// Takes an agent's word. False if it came too late: its session is over, or a newer word is
    /// here.
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
            self.readiness.synced(now);
        }
        true
    }

    /// A session is over without a word: its agent is held. False if another one speaks for it.
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

    /// An agent leaves for good, by its own word. False if another session speaks for it.
    pub fn drain(&mut self, id: &AgentId, generation: Generation) -> bool {
        let ours = self
            .members
            .get(id)
            .is_some_and(|member| member.generation == generation);
        if ours {
            self.take_out(id);
        }
        ours
    }

    /// An agent is taken out, whichever process speaks for it; none of those that did comes back.
    ///
    /// # Errors
    /// If its name will not do, or it is connected and of another host than the one that asks.
    pub fn drain_by(&mut self, order: &Drain) -> Result<(AgentId, PriorState), Rejection> {
        let id = AgentId::new(&order.env, &order.agent)?;
        let was = match self.members.get(&id) {
            Some(member) if member.held.is_some() => PriorState::Held,
            Some(member) if member.runs_on(&order.engines) => PriorState::Live,
            Some(member) => return Err(not_of_the_host(&id, member, order)),
            None if self.drained.knows(&id) => PriorState::Drained,
            None => PriorState::Nobody,
        };
        let awaited = self.take_out(&id);
        let was = if awaited && matches!(was, PriorState::Nobody | PriorState::Drained) {
            PriorState::Awaited
        } else {
            was
        };
        Ok((id, was))
    }

    /// True if an agent that is not known here is not just on its way back.
    pub fn is_sure(&self, now: Instant) -> bool {
        let remembers = self.lease.is_none_or(|lease| lease >= RETURN_LIMIT);
        remembers && self.readiness.has_waited(now)
    }

    /// An operator knows that a lost agent does not come back. If it does, it is welcome.
    ///
    /// # Errors
    /// If there is nothing to forget.
    pub fn forget(&mut self, id: &AgentId) -> Result<(), ForgetError> {
        match self.members.get(id) {
            Some(member) if member.held.is_none() => return Err(ForgetError::Live),
            Some(_) => {}
            None if self.readiness.missing().contains(&id.to_string()) => {}
            None => return Err(ForgetError::Nobody),
        }
        self.members.remove(id);
        self.readiness.forget(id);
        Ok(())
    }

    /// Why a session is over that does not speak for its agent any more.
    pub fn end(&self, id: &AgentId, instance: &str) -> Rejection {
        self.drained
            .refusal(id, instance)
            .unwrap_or_else(|| Rejection {
                code: RejectCode::Superseded,
                message: format!("a newer session speaks for agent `{id}`"),
            })
    }

    /// True if the agent was waited for.
    fn take_out(&mut self, id: &AgentId) -> bool {
        if let Some(member) = self.members.remove(id) {
            self.drained.record(id, member.instances());
        }
        self.readiness.forget(id)
    }

    /// Lets time pass: leases end, late agents count as synced. True if anything changed.
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
            if !member.synced && member.held.is_none() && member.heard + SYNC_LIMIT <= now {
                member.synced = true;
                late = true;
            }
        }
        if late {
            self.readiness.synced(now);
        }
        let ready = self.readiness.is_ready();
        let synced = self.synced();
        self.readiness
            .update(&synced, !self.members.is_empty(), now);
        before != self.members.len() || late || given_up || ready != self.readiness.is_ready()
    }

    /// When time alone changes something next.
    pub fn deadline(&self, now: Instant) -> Option<Instant> {
        let members = self.members.values().flat_map(|member| {
            let settle = member.held.map(|held| held + SETTLE_DELAY);
            let late = (!member.synced && member.held.is_none()).then(|| member.heard + SYNC_LIMIT);
            let duplicates = member.duplicates.deadline();
            [settle, member.lease_end(self.lease), late, duplicates]
                .into_iter()
                .flatten()
        });
        members
            .chain(self.readiness.deadline())
            .filter(|deadline| *deadline > now)
            .min()
    }

    /// Everybody, in the order of environment and name.
    #[cfg(test)]
    pub fn members(&self) -> impl Iterator<Item = (&AgentId, &Member)> {
        self.members.iter()
    }

    /// The session that speaks for an agent now.
    pub fn speaker(&self, id: &AgentId) -> Option<Generation> {
        self.members
            .get(id)
            .filter(|member| member.held.is_none())
            .map(|m| m.generation)
    }

    /// True if people are to be told of a refusal; once for each.
    pub fn has_news(&mut self) -> bool {
        std::mem::take(&mut self.news)
    }

    /// The number of the newest session.
    pub fn newest(&self) -> Generation {
        self.generations
    }

    /// What agents are told to bring back after a restart: everybody, held ones included.
    pub fn roster(&self) -> Vec<String> {
        self.members.keys().map(ToString::to_string).collect()
    }

    /// All that a merge needs, by cheap clones.
    pub fn view(&self, now: Instant) -> FleetView {
        let members = self.members.iter();
        FleetView {
            deadline: self.deadline(now),
            roster: self.roster(),
            ready: self.readiness.is_ready(),
            missing: self.readiness.missing().iter().cloned().collect(),
            members: members
                .map(|(id, member)| MemberView::of(id, member, now))
                .collect(),
        }
    }

    /// Whether `/config` is answered, and who is waited for.
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
    let why = match order.engines.iter().any(|engine| engine.id.is_some()) {
        true => "with another engine than this host's: drain it on its own host, or",
        false => "and it is not known whether from this host, whose engine does not answer:",
    };
    Rejection {
        code: RejectCode::NameTaken,
        message: format!(
            "agent `{id}` is connected from {peer}, {why} stop it there first, then drain it again"
        ),
    }
}

#[cfg(test)]
mod tests;
