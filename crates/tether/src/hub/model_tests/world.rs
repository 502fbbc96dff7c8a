//! The real fleet and merger next to the model, given the same events.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use serde_json::Value;
use tether_proto::{DEFAULT_ENV, Drain, Hello, PriorState};
use traefik_config::TraefikVersion;

use super::events::{Event, NAMES, Process, engines, id, machine, routes, servers};
use crate::compile::CompiledRoutes;
use crate::fleet::{Fleet, ForgetError, Generation, Readiness};
use crate::merge::Policy;
use crate::publish::{Merger, Snapshot};

pub(super) const LEASE: Duration = Duration::from_secs(60);
pub(super) const GRACE: Duration = Duration::from_secs(10);
/// A mended link is used within this time.
pub(super) const MENDED_LINK_LIMIT: Duration = Duration::from_secs(5);
pub(super) const PEER: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A process of an agent, as it sees itself.
#[derive(Default, Clone)]
pub(super) struct Client {
    pub(super) starts: u64,
    pub(super) session: Option<Generation>,
    pub(super) before: Option<Generation>,
    pub(super) seq: u64,
    pub(super) roster: Option<Vec<String>>,
}

/// The state of a name in the model.
#[derive(Clone)]
pub(super) struct Life {
    /// The current process, or the last one.
    pub(super) process: Process,
    pub(super) generation: Generation,
    pub(super) instance: String,
    /// All earlier processes.
    pub(super) earlier: Vec<String>,
    /// All pushes of this name: the server of each app, and whether the engine was listed.
    pub(super) pushes: Vec<(BTreeMap<&'static str, String>, bool)>,
    pub(super) connected: Duration,
    /// The time of the first connection of this name.
    pub(super) first: Duration,
    /// True if it has synced in this session.
    pub(super) synced: bool,
    pub(super) lost: Option<Duration>,
    /// The time of the last rejection of each duplicate.
    pub(super) duplicates: BTreeMap<Process, Duration>,
}

pub(super) struct World {
    pub(super) start: Instant,
    pub(super) now: Duration,
    pub(super) clients: BTreeMap<Process, Client>,
    // The real hub.
    pub(super) fleet: Fleet,
    pub(super) merger: Merger,
    pub(super) last: Snapshot,
    // The model.
    pub(super) lives: BTreeMap<usize, Life>,
    pub(super) rosters: Option<BTreeSet<String>>,
    /// The agents that left for good before the hub was ready, and did not come back.
    pub(super) left: BTreeSet<usize>,
    /// The processes that were drained.
    pub(super) drained: BTreeSet<String>,
    pub(super) hub_start: Duration,
    pub(super) first_sync: Option<Duration>,
    pub(super) ready: bool,
}

impl World {
    pub(super) fn new() -> Self {
        let start = Instant::now();
        Self {
            start,
            now: Duration::ZERO,
            clients: BTreeMap::new(),
            fleet: fleet(start),
            merger: Merger::new(Policy::default(), Vec::new()),
            last: Snapshot::default(),
            lives: BTreeMap::new(),
            rosters: None,
            left: BTreeSet::new(),
            drained: BTreeSet::new(),
            hub_start: Duration::ZERO,
            first_sync: None,
            ready: false,
        }
    }

    pub(super) fn time(&self) -> Instant {
        self.start + self.now
    }

    pub(super) fn apply(&mut self, event: &Event) -> Result<(), TestCaseError> {
        match event {
            Event::Connect(process) => self.connect(*process)?,
            Event::Push(process, apps, listed) => {
                let client = self.clients.entry(*process).or_default();
                if let Some(session) = client.session {
                    client.seq += 1;
                    let seq = client.seq;
                    self.push(*process, session, seq, *apps, *listed)?;
                }
            }
            Event::Disconnect(process) => {
                let client = self.clients.entry(*process).or_default();
                client.before = client.session.or(client.before);
                if let Some(session) = client.session.take() {
                    self.disconnect(*process, session)?;
                }
            }
            Event::Bye(process, drain) => self.bye(*process, *drain)?,
            Event::Drain(process) => self.drain(*process)?,
            Event::Forget(name) => self.forget_by_operator(*name)?,
            Event::Restart(process) => {
                let client = self.clients.entry(*process).or_default();
                let before = client.session.or(client.before);
                let starts = client.starts + 1;
                *client = Client {
                    starts,
                    before,
                    ..Client::default()
                };
            }
            Event::Roster(process) => {
                let roster = self.fleet.roster();
                let client = self.clients.entry(*process).or_default();
                if client.session.is_some() {
                    client.roster = Some(roster);
                }
            }
            Event::Late(process) => {
                let before = self.clients.get(process).and_then(|client| client.before);
                if let Some(before) = before {
                    self.push(*process, before, u64::MAX, [true; 4], true)?;
                    self.disconnect(*process, before)?;
                }
            }
            Event::Pass(time) => self.now += *time,
            Event::HubRestarts => self.restart_hub(),
        }
        self.settle();
        self.compare(event)
    }

    /// The life of this process's name, if the session is its current one.
    pub(super) fn current_life(&self, process: Process, session: Generation) -> Option<&Life> {
        let life = self.lives.get(&process.0)?;
        (life.generation == session).then_some(life)
    }

    pub(super) fn connect(&mut self, process: Process) -> Result<(), TestCaseError> {
        let client = self.clients.entry(process).or_default().clone();
        let instance = format!("{process:?} {}", client.starts);
        let outcome = self.fleet.connect(
            Hello {
                agent: NAMES[process.0].to_owned(),
                instance: instance.clone(),
                version: "1".to_owned(),
                env: DEFAULT_ENV.to_owned(),
                engines: engines(process),
                roster: client.roster.clone(),
            },
            PEER,
            self.time(),
        );
        let old = self.lives.get(&process.0);
        let drained = self.drained.contains(&instance);
        let welcome = !drained
            && old.is_none_or(|life| {
                life.lost.is_some()
                    || life.instance == instance
                    || (!life.earlier.contains(&instance)
                        && machine(life.process) == machine(process))
            });
        prop_assert_eq!(outcome.is_ok(), welcome, "{:?}", process);
        let Ok((_, generation)) = outcome else {
            if let Some(life) = self.lives.get_mut(&process.0).filter(|_| !drained) {
                life.duplicates.insert(process, self.now);
            }
            return Ok(());
        };
        let mut duplicates = old.map(|life| life.duplicates.clone()).unwrap_or_default();
        duplicates.remove(&process);
        self.left.remove(&process.0);
        if !self.ready
            && let Some(roster) = &client.roster
        {
            let all = self.rosters.get_or_insert_default();
            let left = |name: &&String| self.left.iter().any(|left| NAMES[*left] == name.as_str());
            all.extend(roster.iter().filter(|name| !left(name)).cloned());
        }
        let mut earlier = old.map(|life| life.earlier.clone()).unwrap_or_default();
        earlier.extend(old.map(|life| life.instance.clone()));
        earlier.retain(|one| *one != instance);
        let life = Life {
            process,
            generation,
            instance,
            earlier,
            pushes: old.map(|life| life.pushes.clone()).unwrap_or_default(),
            connected: self.now,
            first: old.map_or(self.now, |life| life.first),
            synced: false,
            lost: None,
            duplicates,
        };
        self.lives.insert(process.0, life);
        let client = self.clients.entry(process).or_default();
        client.before = client.session.or(client.before);
        (client.session, client.seq) = (Some(generation), 0);
        Ok(())
    }

    pub(super) fn push(
        &mut self,
        process: Process,
        session: Generation,
        seq: u64,
        apps: [bool; 4],
        listed: bool,
    ) -> Result<(), TestCaseError> {
        let now = self.time();
        let routes = routes(process, apps, listed);
        let routes = CompiledRoutes::new(&id(process.0).name, &routes, TraefikVersion::NEWEST);
        let taken = self
            .fleet
            .replace(&id(process.0), session, seq, routes, now);
        let is_live = self
            .current_life(process, session)
            .is_some_and(|life| life.lost.is_none());
        prop_assert_eq!(taken, is_live, "{:?} {}", process, seq);
        if let Some(life) = self.lives.get_mut(&process.0).filter(|_| is_live) {
            life.pushes.push((servers(process, apps), listed));
            life.synced |= listed;
        }
        Ok(())
    }

    pub(super) fn disconnect(
        &mut self,
        process: Process,
        session: Generation,
    ) -> Result<(), TestCaseError> {
        let lost = self.fleet.disconnect(&id(process.0), session, self.time());
        let life = self.current_life(process, session);
        prop_assert_eq!(lost, life.is_some_and(|life| life.lost.is_none()));
        if lost && let Some(life) = self.lives.get_mut(&process.0) {
            life.lost = Some(self.now);
        }
        Ok(())
    }

    pub(super) fn bye(&mut self, process: Process, drain: bool) -> Result<(), TestCaseError> {
        let client = self.clients.entry(process).or_default();
        let Some(session) = client.session.take() else {
            return Ok(());
        };
        client.before = Some(session);
        let ours = self.current_life(process, session).is_some();
        if drain {
            let gone = self.fleet.drain(&id(process.0), session);
            prop_assert_eq!(gone, ours);
            if ours {
                self.remove(process.0);
            }
        }
        self.disconnect(process, session)
    }

    pub(super) fn forget_by_operator(&mut self, name: usize) -> Result<(), TestCaseError> {
        let life = self.lives.get(&name);
        let expected = match life.map(|life| life.lost) {
            Some(None) => Err(ForgetError::Live),
            None if !self.awaits(name) => Err(ForgetError::NotFound),
            _ => Ok(()),
        };
        prop_assert_eq!(self.fleet.forget(&id(name)), expected);
        if expected.is_ok() {
            self.forget(name);
        }
        Ok(())
    }

    pub(super) fn restart_hub(&mut self) {
        self.fleet = fleet(self.time());
        self.hub_start = self.now;
        self.merger = self.merger.fresh();
        self.last = Snapshot::default();
        self.lives.clear();
        (self.rosters, self.first_sync, self.ready) = (None, None, false);
        (self.left, self.drained) = (BTreeSet::new(), BTreeSet::new());
        for client in self.clients.values_mut() {
            (client.session, client.before) = (None, None);
        }
    }

    pub(super) fn drain(&mut self, process: Process) -> Result<(), TestCaseError> {
        let (name, _) = process;
        let order = Drain {
            agent: NAMES[name].to_owned(),
            env: DEFAULT_ENV.to_owned(),
            engines: engines(process),
        };
        let expected = match self.lives.get(&name) {
            Some(life) if life.lost.is_some() => Some(PriorState::Held),
            Some(life) if machine(life.process) == machine(process) => Some(PriorState::Live),
            Some(_) => None,
            None if self.awaits(name) => Some(PriorState::Awaited),
            None if self.knows_drained(name) => Some(PriorState::Drained),
            None => Some(PriorState::Nobody),
        };
        let was = self.fleet.drain_by(&order).ok().map(|drained| drained.1);
        prop_assert_eq!(was, expected, "{:?}", process);
        if was.is_some() {
            self.remove(name);
        }
        Ok(())
    }

    pub(super) fn compare(&mut self, event: &Event) -> Result<(), TestCaseError> {
        let now = self.time();
        self.fleet.tick(now);
        let view = self.fleet.view(now);
        let next = self.merger.merge(&view, &Arc::default(), &self.last);
        prop_assert_eq!(next.ready, self.ready, "after {:?}", event);
        let names: Vec<&str> = self.lives.keys().map(|&name| NAMES[name]).collect();
        prop_assert_eq!(self.fleet.roster(), names, "after {:?}", event);
        prop_assert_eq!(view.deadline, self.deadline(), "after {:?}", event);
        for (member, life) in view.members.iter().zip(self.lives.values()) {
            let expected = match life.lost {
                None => life.duplicates.len() + usize::from(self.shares_engine(life)),
                Some(_) => 0,
            };
            prop_assert_eq!(member.duplicates.len(), expected, "after {:?}", event);
        }

        let config = &next.environments[DEFAULT_ENV].config;
        let served: Value = serde_json::from_slice(&config.json).expect("it is JSON");
        prop_assert_eq!(served, self.config(), "after {:?}", event);
        let before = self.last.environments.get(DEFAULT_ENV);
        let changed = before.is_none_or(|before| before.config.json != config.json);
        prop_assert_eq!(
            next.version > self.last.version,
            changed,
            "after {:?}",
            event
        );
        self.last = next;
        Ok(())
    }
}

fn fleet(now: Instant) -> Fleet {
    Fleet::new(Some(LEASE), Readiness::new(GRACE, None, now))
}
