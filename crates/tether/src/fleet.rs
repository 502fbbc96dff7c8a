//! Who is alive: hellos, route sets, losses and times in; members, roster and deadlines out.
//!
//! Pure: the caller brings the time, so a test can make it pass.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use tether_proto::{Hello, Refusal};

use crate::agent_id::{AgentId, Refused};
use crate::merge::Word;
use crate::readiness::Readiness;
use crate::settings::Wait;

/// How long after a loss a held agent's servers leave where a live sibling exists.
pub const SETTLE_DELAY: Duration = Duration::from_secs(2);

/// How long after its hello an agent counts as synced although an engine is not listed yet.
pub const SYNC_LIMIT: Duration = Duration::from_secs(10);

/// How many superseded instances of one agent are remembered.
const SUPERSEDED_LIMIT: usize = 8;

/// The number of a session: a later session of the same agent has a larger one.
pub type Generation = u64;

/// All agents of this hub.
#[derive(Debug)]
pub struct Fleet {
    members: BTreeMap<AgentId, Member>,
    lease: Wait,
    readiness: Readiness,
    generations: Generation,
}

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
    pub word: Arc<Word>,
    /// The number of its last word; 0 before the first.
    pub seq: u64,
    /// Since when it is held; none while it is live.
    pub held: Option<Instant>,
    /// When it came into this state by the wall clock, for people.
    pub since: SystemTime,
    heard: Instant,
    synced: bool,
    superseded: VecDeque<String>,
}

impl Fleet {
    /// A fleet of nobody, at the time the hub starts.
    pub fn new(lease: Wait, readiness: Readiness) -> Self {
        Self {
            members: BTreeMap::new(),
            lease,
            readiness,
            generations: 0,
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
    ) -> Result<(AgentId, Generation), Refused> {
        let id = AgentId::of(&hello)?;
        let mut superseded = VecDeque::new();
        let mut word = Arc::default();
        if let Some(member) = self.members.get(&id) {
            member.admits(&id, &hello)?;
            superseded.clone_from(&member.superseded);
            if member.hello.instance != hello.instance {
                superseded.push_back(member.hello.instance.clone());
                if superseded.len() > SUPERSEDED_LIMIT {
                    superseded.pop_front();
                }
            }
            // Until the new session has spoken, the last word stands.
            word = Arc::clone(&member.word);
        }
        // Heard and not kept: a thousand agents that each name a thousand are 60 MiB.
        self.readiness.hear(hello.roster.take().as_deref());
        self.generations += 1;
        let member = Member {
            generation: self.generations,
            hello,
            peer,
            word,
            seq: 0,
            held: None,
            since: SystemTime::now(),
            heard: now,
            synced: false,
            superseded,
        };
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
        mut word: Word,
        now: Instant,
    ) -> bool {
        let Some(member) = self.members.get_mut(id) else {
            return false;
        };
        if member.generation != generation || member.held.is_some() || seq <= member.seq {
            return false;
        }
        word.keep_unlisted(&member.word);
        let all_listed = word.engines.iter().all(|engine| engine.listed);
        member.word = Arc::new(word);
        member.seq = seq;
        member.synced |= all_listed;
        if member.synced {
            self.readiness.synced(now);
        }
        true
    }

    /// A session is over without a word: its agent is held. False if another one speaks for it.
    pub fn lose(&mut self, id: &AgentId, generation: Generation, now: Instant) -> bool {
        match self.members.get_mut(id) {
            Some(member) if member.generation == generation && member.held.is_none() => {
                member.held = Some(now);
                member.since = SystemTime::now();
                true
            }
            _ => false,
        }
    }

    /// An agent leaves for good.
    pub fn drain(&mut self, id: &AgentId, generation: Generation) -> bool {
        let ours = self
            .members
            .get(id)
            .is_some_and(|member| member.generation == generation);
        if ours {
            self.members.remove(id);
            self.readiness.forget(id);
        }
        ours
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
        before != self.members.len() || late || ready != self.readiness.is_ready()
    }

    /// When time alone changes something next.
    pub fn deadline(&self, now: Instant) -> Option<Instant> {
        let members = self.members.values().flat_map(|member| {
            let settle = member.held.map(|held| held + SETTLE_DELAY);
            let late = (!member.synced && member.held.is_none()).then(|| member.heard + SYNC_LIMIT);
            [settle, member.lease_end(self.lease), late]
                .into_iter()
                .flatten()
        });
        members
            .chain(self.readiness.deadline())
            .filter(|deadline| *deadline > now)
            .min()
    }

    /// Everybody, in the order of environment and name.
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

    /// What agents are told to bring back after a restart: everybody, held ones included.
    pub fn roster(&self) -> Vec<String> {
        self.members.keys().map(ToString::to_string).collect()
    }

    /// Whether `/config` is answered, and who is waited for.
    pub fn readiness(&self) -> &Readiness {
        &self.readiness
    }

    fn synced(&self) -> BTreeSet<String> {
        let synced = self.members.iter().filter(|(_, member)| member.synced);
        synced.map(|(id, _)| id.to_string()).collect()
    }
}

impl Member {
    /// True if it has told all it knows since it came.
    pub fn is_synced(&self) -> bool {
        self.synced
    }

    /// True if it is held for so long that its servers leave where a live sibling exists.
    pub fn is_settled(&self, now: Instant) -> bool {
        self.held.is_some_and(|held| held + SETTLE_DELAY <= now)
    }

    fn lease_end(&self, lease: Wait) -> Option<Instant> {
        match lease {
            Wait::For(lease) => self.held.and_then(|held| held.checked_add(lease)),
            Wait::Forever => None,
        }
    }

    fn admits(&self, id: &AgentId, hello: &Hello) -> Result<(), Refused> {
        if self.held.is_some() || self.hello.instance == hello.instance {
            return Ok(());
        }
        if self.superseded.contains(&hello.instance) {
            return Err(Refused {
                code: Refusal::Superseded,
                message: format!(
                    "a newer process of agent `{id}` is connected from {}: stop this one, or \
                     give one of them another TETHERD_NAME",
                    self.peer
                ),
            });
        }
        let theirs = |hello: &Hello| -> BTreeSet<String> {
            hello
                .engines
                .iter()
                .filter_map(|engine| engine.id.clone())
                .collect()
        };
        // The engines of its own word count too: a hello may come before they were heard. Those
        // of an inherited word may be another machine's.
        let mut ours = theirs(&self.hello);
        if self.seq > 0 {
            let engines = self.word.engines.iter();
            ours.extend(engines.filter_map(|engine| engine.id.clone()));
        }
        if ours.is_disjoint(&theirs(hello)) {
            let peer = self.peer;
            let message = match ours.is_empty() || hello.engines.is_empty() {
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
            return Err(Refused {
                code: Refusal::NameTaken,
                message,
            });
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "fleet_tests.rs"]
mod tests;
