//! Random events of some agents, and the routes that they push.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;
use tether_proto::{Container, DEFAULT_ENV, Engine, EngineId, RouteSet};
use traefik_config::{Element, Kind, Section};

use crate::fleet::AgentId;

pub(super) const NAMES: [&str; 3] = ["a", "b", "c"];
pub(super) const APPS: [&str; 4] = ["x", "y", "z", CONTESTED];
/// The app whose requests every agent claims for a service of its own.
pub(super) const CONTESTED: &str = "contested";

/// An event. A process is the number of a name and its own number.
#[derive(Debug, Clone)]
pub(super) enum Event {
    Connect(Process),
    /// A push: the apps that run, and whether the engine could be listed.
    Push(Process, [bool; 4], bool),
    /// The connection turns out to be dead.
    Disconnect(Process),
    Bye(Process, bool),
    /// Somebody on the process's host drains the agent.
    Drain(Process),
    /// An operator forgets the agent of this name.
    Forget(usize),
    /// The process restarts; the hub does not notice yet.
    Restart(Process),
    /// The process receives the newest roster.
    Roster(Process),
    /// The last push of the previous session arrives late.
    Late(Process),
    Pass(Duration),
    HubRestarts,
}

pub(super) type Process = (usize, usize);

pub(super) fn event() -> impl Strategy<Value = Event> {
    let process = || {
        (
            0..3_usize,
            prop_oneof![4 => Just(0_usize), 1 => Just(1), 1 => Just(2)],
        )
    };
    let times = [50, 900, 2_000, 3_000, 9_000, 10_000, 30_000, 61_000];
    prop_oneof![
        6 => process().prop_map(Event::Connect),
        8 => (process(), any::<[bool; 4]>(), prop::bool::weighted(0.8))
            .prop_map(|(process, apps, listed)| Event::Push(process, apps, listed)),
        2 => process().prop_map(Event::Disconnect),
        1 => (process(), any::<bool>()).prop_map(|(process, drain)| Event::Bye(process, drain)),
        1 => process().prop_map(Event::Drain),
        1 => (0..3_usize).prop_map(Event::Forget),
        1 => process().prop_map(Event::Restart),
        4 => process().prop_map(Event::Roster),
        1 => process().prop_map(Event::Late),
        4 => select(times.to_vec()).prop_map(|ms| Event::Pass(Duration::from_millis(ms))),
        1 => Just(Event::HubRestarts),
    ]
}

pub(super) fn id(name: usize) -> AgentId {
    AgentId {
        env: DEFAULT_ENV.to_owned(),
        name: NAMES[name].to_owned(),
    }
}

/// The engine's id. The first two processes of a name run on one machine, those of the first two
/// names on the same.
pub(super) fn machine(process: Process) -> &'static str {
    match process {
        (0 | 1, 0 | 1) => "one",
        (_, 0 | 1) => "two",
        _ => "other",
    }
}

pub(super) fn engines(process: Process) -> Vec<EngineId> {
    vec![EngineId {
        endpoint: "unix:///d".to_owned(),
        id: Some(machine(process).to_owned()),
        name: Some(format!("{process:?}")),
    }]
}

pub(super) fn servers((name, process): Process, apps: [bool; 4]) -> BTreeMap<&'static str, String> {
    let running = APPS.into_iter().zip(apps).filter(|(_, runs)| *runs);
    let server = |app| (app, format!("http://10.0.{process}.{name}:80"));
    running.map(|(app, _)| server(app)).collect()
}

/// The name of an app's router and service.
pub(super) fn element_name(name: usize, app: &str) -> String {
    match app {
        CONTESTED => format!("{app}-{}", NAMES[name]),
        _ => app.to_owned(),
    }
}

pub(super) fn routes(process: Process, apps: [bool; 4], listed: bool) -> RouteSet {
    let element = |kind, name: &str, body| Element {
        section: Section::Http,
        kind,
        name: name.to_owned(),
        body,
        implicit: false,
    };
    let container = |(app, server): (&str, String)| {
        let name = element_name(process.0, app);
        let router = json!({ "rule": format!("Host(`{app}`)"), "service": name });
        let service = json!({ "loadBalancer": { "servers": [{ "url": server }] } });
        Container {
            id: app.to_owned(),
            name: app.to_owned(),
            elements: vec![
                element(Kind::Routers, &name, router),
                element(Kind::Services, &name, service),
            ],
            ..Container::default()
        }
    };
    let containers = if listed {
        servers(process, apps).into_iter().map(container).collect()
    } else {
        Vec::new()
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
