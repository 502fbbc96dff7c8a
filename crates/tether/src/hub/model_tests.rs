//! Fleet and merger against a naive model: random lives of a few agents in, the same answer of
//! both after every event.
//!
//! The model keeps what happened and works everything out anew; time is a number that events add
//! to. Three names, each with three processes that want it: two of one machine, one of another.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use tether_proto::{DEFAULT_ENV, Drain, EngineId, Hello, Was};
use traefik_config::{Container, Element, Engine, Kind, RouteSet, Section, TraefikVersion};

use crate::compile::Word;
use crate::fleet::{
    AgentId, Fleet, Generation, RIVAL_LIFETIME, Readiness, SETTLE_DELAY, SYNC_LIMIT, Unforgettable,
};
use crate::merge::Policy;
use crate::publish::{Merger, Snapshot};

const NAMES: [&str; 3] = ["a", "b", "c"];
const APPS: [&str; 3] = ["x", "y", "z"];
const LEASE: Duration = Duration::from_secs(60);
const GRACE: Duration = Duration::from_secs(10);
const PEER: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// What happens; a process is a name's number and its own.
#[derive(Debug, Clone)]
enum Event {
    Connect(Process),
    /// A word: which apps run, and whether the engine could be listed.
    Say(Process, [bool; 3], bool),
    /// The connection is found to be dead.
    Lose(Process),
    Bye(Process, bool),
    /// Somebody on the process's host drains the agent.
    Drain(Process),
    /// An operator forgets the agent of this name.
    Forget(usize),
    /// The process starts again; the hub does not notice yet.
    Restart(Process),
    /// The hub's newest roster arrives.
    Hear(Process),
    /// The last word of the session before this one arrives late.
    Late(Process),
    Pass(Duration),
    HubRestarts,
}

type Process = (usize, usize);

proptest! {
    // 400 lives of 250 events on average: 100,000.
    #![proptest_config(ProptestConfig {
        cases: 400,
        max_shrink_iters: 4_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_hub_says_what_a_naive_model_says(events in proptest::collection::vec(event(), 0..=500)) {
        let mut world = World::new();
        for event in &events {
            world.happen(event)?;
        }
    }
}

fn event() -> impl Strategy<Value = Event> {
    let process = || {
        (
            0..3_usize,
            prop_oneof![4 => Just(0_usize), 1 => Just(1), 1 => Just(2)],
        )
    };
    let times = [50, 900, 2_000, 3_000, 9_000, 10_000, 30_000, 61_000];
    prop_oneof![
        6 => process().prop_map(Event::Connect),
        8 => (process(), any::<[bool; 3]>(), prop::bool::weighted(0.8))
            .prop_map(|(process, apps, listed)| Event::Say(process, apps, listed)),
        2 => process().prop_map(Event::Lose),
        1 => (process(), any::<bool>()).prop_map(|(process, drain)| Event::Bye(process, drain)),
        1 => process().prop_map(Event::Drain),
        1 => (0..3_usize).prop_map(Event::Forget),
        1 => process().prop_map(Event::Restart),
        4 => process().prop_map(Event::Hear),
        1 => process().prop_map(Event::Late),
        4 => select(times.to_vec()).prop_map(|ms| Event::Pass(Duration::from_millis(ms))),
        1 => Just(Event::HubRestarts),
    ]
}

/// A process of an agent, as it sees itself.
#[derive(Default, Clone)]
struct Client {
    starts: u64,
    session: Option<Generation>,
    before: Option<Generation>,
    seq: u64,
    roster: Option<Vec<String>>,
}

/// What the model remembers of a name.
#[derive(Clone)]
struct Life {
    /// Who speaks for it, or spoke last.
    process: Process,
    generation: Generation,
    instance: String,
    /// All that spoke before.
    earlier: Vec<String>,
    /// All words since the name came up: the server of each app, and whether they were listed.
    words: Vec<(BTreeMap<&'static str, String>, bool)>,
    connected: Duration,
    /// It said all it knows in this session.
    synced: bool,
    lost: Option<Duration>,
    /// When each process of another one's was refused last.
    rivals: BTreeMap<Process, Duration>,
}

struct World {
    start: Instant,
    now: Duration,
    clients: BTreeMap<Process, Client>,
    // The real ones.
    fleet: Fleet,
    merger: Merger,
    last: Snapshot,
    // The model.
    lives: BTreeMap<usize, Life>,
    rosters: Option<BTreeSet<String>>,
    /// Those that left for good while the hub was not ready, and did not come back.
    left: BTreeSet<usize>,
    /// The processes that were drained.
    drained: BTreeSet<String>,
    first_sync: Option<Duration>,
    ready: bool,
}

impl World {
    fn new() -> Self {
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
            first_sync: None,
            ready: false,
        }
    }

    fn time(&self) -> Instant {
        self.start + self.now
    }

    fn happen(&mut self, event: &Event) -> Result<(), TestCaseError> {
        match event {
            Event::Connect(process) => self.connect(*process)?,
            Event::Say(process, apps, listed) => {
                let client = self.clients.entry(*process).or_default();
                if let Some(session) = client.session {
                    client.seq += 1;
                    let seq = client.seq;
                    self.say(*process, session, seq, *apps, *listed)?;
                }
            }
            Event::Lose(process) => {
                let client = self.clients.entry(*process).or_default();
                client.before = client.session.or(client.before);
                if let Some(session) = client.session.take() {
                    self.lose(*process, session)?;
                }
            }
            Event::Bye(process, drain) => {
                let client = self.clients.entry(*process).or_default();
                if let Some(session) = client.session.take() {
                    client.before = Some(session);
                    let ours = self.speaks(*process, session).is_some();
                    if *drain {
                        let gone = self.fleet.drain(&id(process.0), session);
                        prop_assert_eq!(gone, ours);
                        if ours {
                            self.take_out(process.0);
                        }
                    }
                    self.lose(*process, session)?;
                }
            }
            Event::Drain(process) => self.drain(*process)?,
            Event::Forget(name) => {
                let life = self.lives.get(name);
                let expected = match life.map(|life| life.lost) {
                    Some(None) => Err(Unforgettable::Live),
                    None if !self.awaits(*name) => Err(Unforgettable::Nobody),
                    _ => Ok(()),
                };
                prop_assert_eq!(self.fleet.forget(&id(*name)), expected);
                if expected.is_ok() {
                    self.forget(*name);
                }
            }
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
            Event::Hear(process) => {
                let roster = self.fleet.roster();
                let client = self.clients.entry(*process).or_default();
                if client.session.is_some() {
                    client.roster = Some(roster);
                }
            }
            Event::Late(process) => {
                let before = self.clients.get(process).and_then(|client| client.before);
                if let Some(before) = before {
                    self.say(*process, before, u64::MAX, [true; 3], true)?;
                    self.lose(*process, before)?;
                }
            }
            Event::Pass(time) => self.now += *time,
            Event::HubRestarts => {
                self.fleet = fleet(self.time());
                self.merger = self.merger.fresh();
                self.last = Snapshot::default();
                self.lives.clear();
                (self.rosters, self.first_sync, self.ready) = (None, None, false);
                (self.left, self.drained) = (BTreeSet::new(), BTreeSet::new());
                for client in self.clients.values_mut() {
                    (client.session, client.before) = (None, None);
                }
            }
        }
        self.settle();
        self.compare(event)
    }

    /// The life of this process's name, if this session speaks for it.
    fn speaks(&self, process: Process, session: Generation) -> Option<&Life> {
        let life = self.lives.get(&process.0)?;
        (life.generation == session).then_some(life)
    }

    fn connect(&mut self, process: Process) -> Result<(), TestCaseError> {
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
                life.rivals.insert(process, self.now);
            }
            return Ok(());
        };
        let mut rivals = old.map(|life| life.rivals.clone()).unwrap_or_default();
        rivals.remove(&process);
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
            words: old.map(|life| life.words.clone()).unwrap_or_default(),
            connected: self.now,
            synced: false,
            lost: None,
            rivals,
        };
        self.lives.insert(process.0, life);
        let client = self.clients.entry(process).or_default();
        client.before = client.session.or(client.before);
        (client.session, client.seq) = (Some(generation), 0);
        Ok(())
    }

    fn say(
        &mut self,
        process: Process,
        session: Generation,
        seq: u64,
        apps: [bool; 3],
        listed: bool,
    ) -> Result<(), TestCaseError> {
        let now = self.time();
        let routes = routes(process, apps, listed);
        let word = Word::new(&id(process.0).name, &routes, TraefikVersion::NEWEST);
        let taken = self.fleet.replace(&id(process.0), session, seq, word, now);
        let speaks = self.speaks(process, session);
        let speaks = speaks.is_some_and(|life| life.lost.is_none());
        prop_assert_eq!(taken, speaks, "{:?} {}", process, seq);
        if let Some(life) = self.lives.get_mut(&process.0).filter(|_| speaks) {
            life.words.push((servers(process, apps), listed));
            life.synced |= listed;
        }
        Ok(())
    }

    fn lose(&mut self, process: Process, session: Generation) -> Result<(), TestCaseError> {
        let lost = self.fleet.lose(&id(process.0), session, self.time());
        let speaks = self.speaks(process, session);
        prop_assert_eq!(lost, speaks.is_some_and(|life| life.lost.is_none()));
        if lost && let Some(life) = self.lives.get_mut(&process.0) {
            life.lost = Some(self.now);
        }
        Ok(())
    }

    fn drain(&mut self, process: Process) -> Result<(), TestCaseError> {
        let (name, _) = process;
        let order = Drain {
            agent: NAMES[name].to_owned(),
            env: DEFAULT_ENV.to_owned(),
            engines: engines(process),
        };
        let expected = match self.lives.get(&name) {
            Some(life) if life.lost.is_some() => Some(Was::Held),
            Some(life) if machine(life.process) == machine(process) => Some(Was::Live),
            Some(_) => None,
            None if self.awaits(name) => Some(Was::Awaited),
            None if self.knows_drained(name) => Some(Was::Drained),
            None => Some(Was::Nobody),
        };
        let was = self.fleet.drain_by(&order).ok().map(|drained| drained.1);
        prop_assert_eq!(was, expected, "{:?}", process);
        if was.is_some() {
            self.take_out(name);
        }
        Ok(())
    }

    /// True if a roster named it, and nothing has come of that yet.
    fn awaits(&self, name: usize) -> bool {
        let mut rosters = self.rosters.iter().flatten();
        rosters.any(|one| one == NAMES[name])
    }

    fn knows_drained(&self, name: usize) -> bool {
        self.drained
            .iter()
            .any(|one| one.starts_with(&format!("({name}, ")))
    }

    fn take_out(&mut self, name: usize) {
        if let Some(life) = self.lives.get(&name) {
            self.drained.extend(life.earlier.iter().cloned());
            self.drained.insert(life.instance.clone());
        }
        self.forget(name);
    }

    fn forget(&mut self, name: usize) {
        self.lives.remove(&name);
        if !self.ready {
            self.left.insert(name);
        }
        if let Some(rosters) = &mut self.rosters {
            rosters.remove(NAMES[name]);
        }
    }

    /// Lets the model catch up with the time.
    fn settle(&mut self) {
        let over = |life: &Life| life.lost.is_some_and(|lost| lost + LEASE <= self.now);
        let gone: Vec<usize> = self
            .lives
            .iter()
            .filter(|one| over(one.1))
            .map(|one| *one.0)
            .collect();
        gone.into_iter().for_each(|name| self.forget(name));
        for life in self.lives.values_mut() {
            let now = self.now;
            life.rivals
                .retain(|_, refused| *refused + RIVAL_LIFETIME > now);
        }
        for life in self.lives.values_mut().filter(|life| life.lost.is_none()) {
            life.synced |= life.connected + SYNC_LIMIT <= self.now;
        }
        let synced = |name: &String| {
            let at = NAMES.iter().position(|one| one == name);
            at.and_then(|at| self.lives.get(&at))
                .is_some_and(|life| life.synced)
        };
        if self.first_sync.is_none() && self.lives.values().any(|life| life.synced) {
            self.first_sync = Some(self.now);
        }
        let whole = self
            .rosters
            .as_ref()
            .is_some_and(|names| names.iter().all(synced));
        let waited = self
            .first_sync
            .is_some_and(|first| first + GRACE <= self.now);
        self.ready |= (whole && self.first_sync.is_some()) || waited;
    }

    /// When time alone changes something next.
    fn deadline(&self) -> Option<Instant> {
        let mut all = Vec::new();
        for life in self.lives.values() {
            match life.lost {
                Some(lost) => all.extend([lost + SETTLE_DELAY, lost + LEASE]),
                None if !life.synced => all.push(life.connected + SYNC_LIMIT),
                None => {}
            }
            all.extend(
                life.rivals
                    .values()
                    .map(|refused| *refused + RIVAL_LIFETIME),
            );
        }
        all.extend(
            self.first_sync
                .filter(|_| !self.ready)
                .map(|first| first + GRACE),
        );
        let next = all.into_iter().filter(|at| *at > self.now).min();
        next.map(|at| self.start + at)
    }

    /// What Traefik should get.
    fn config(&self) -> Value {
        let (mut routers, mut services) = (json!({}), json!({}));
        for app in APPS {
            let mut servers: Vec<(&String, Option<Duration>)> = Vec::new();
            for life in self.lives.values() {
                let word = life.words.iter().rev().find(|word| word.1);
                let server = word.and_then(|word| word.0.get(app));
                servers.extend(server.map(|server| (server, life.lost)));
            }
            if servers.iter().any(|server| server.1.is_none()) {
                servers.retain(|(_, lost)| lost.is_none_or(|lost| lost + SETTLE_DELAY > self.now));
            }
            servers.sort();
            if !servers.is_empty() {
                let servers: Vec<Value> =
                    servers.iter().map(|one| json!({ "url": one.0 })).collect();
                routers[app] = json!({ "rule": format!("Host(`{app}`)"), "service": app });
                services[app] = json!({ "loadBalancer": { "servers": servers } });
            }
        }
        match routers.as_object().is_some_and(serde_json::Map::is_empty) {
            true => json!({}),
            false => json!({ "http": { "routers": routers, "services": services } }),
        }
    }

    fn compare(&mut self, event: &Event) -> Result<(), TestCaseError> {
        let now = self.time();
        self.fleet.tick(now);
        let view = self.fleet.view(now);
        let next = self.merger.merge(&view, &Arc::default(), &self.last);
        prop_assert_eq!(next.ready, self.ready, "after {:?}", event);
        let names: Vec<&str> = self.lives.keys().map(|&name| NAMES[name]).collect();
        prop_assert_eq!(self.fleet.roster(), names, "after {:?}", event);
        prop_assert_eq!(view.deadline, self.deadline(), "after {:?}", event);
        for ((_, member), life) in self.fleet.members().zip(self.lives.values()) {
            let expected = life.rivals.len() * usize::from(life.lost.is_none());
            prop_assert_eq!(member.duplicates().len(), expected, "after {:?}", event);
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

fn id(name: usize) -> AgentId {
    AgentId {
        env: DEFAULT_ENV.to_owned(),
        name: NAMES[name].to_owned(),
    }
}

/// The engine's id: the first two processes of a name are clones.
fn machine(process: Process) -> &'static str {
    if process.1 == 2 { "other" } else { "one" }
}

fn engines(process: Process) -> Vec<EngineId> {
    vec![EngineId {
        endpoint: "unix:///d".to_owned(),
        id: Some(machine(process).to_owned()),
        name: Some(format!("{process:?}")),
    }]
}

fn servers((name, process): Process, apps: [bool; 3]) -> BTreeMap<&'static str, String> {
    let running = APPS.into_iter().zip(apps).filter(|(_, runs)| *runs);
    let server = |app| (app, format!("http://10.0.{process}.{name}:80"));
    running.map(|(app, _)| server(app)).collect()
}

fn routes(process: Process, apps: [bool; 3], listed: bool) -> RouteSet {
    let element = |kind, app: &str, body| Element {
        section: Section::Http,
        kind,
        name: app.to_owned(),
        body,
        implicit: false,
    };
    let container = |(app, server): (&str, String)| Container {
        id: app.to_owned(),
        name: app.to_owned(),
        elements: vec![
            element(
                Kind::Routers,
                app,
                json!({ "rule": format!("Host(`{app}`)"), "service": app }),
            ),
            element(
                Kind::Services,
                app,
                json!({ "loadBalancer": { "servers": [{ "url": server }] } }),
            ),
        ],
        ..Container::default()
    };
    let containers = match listed {
        true => servers(process, apps).into_iter().map(container).collect(),
        false => Vec::new(),
    };
    RouteSet {
        engines: vec![Engine {
            endpoint: "unix:///d".to_owned(),
            id: Some(machine(process).to_owned()),
            listed,
            containers,
            ..Engine::default()
        }],
    }
}
