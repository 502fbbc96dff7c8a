//! Explains what becomes of each container, given what the agent knows of its host and hubs. Pure.

use super::outcome;
use super::view::{ContainerView, EngineView, Explanation, RoutingState, VerdictView};
use crate::docker::{Container, Engine, Idle, nowhere};
use crate::host::{Link, LocalAddresses, choose};
use crate::hub::status::{HubState, HubView};
use crate::resolve::route_set::{facts, place, resolve_context};
use crate::resolve::{
    Outcome, ResolveContext, SkipReason, asked, bears_labels, origin, skip_reason,
};
use crate::settings::AgentConfig;

/// The knowledge of an agent at one moment.
#[derive(Debug)]
pub(crate) struct Known<'a> {
    /// Its settings.
    pub(crate) config: &'a AgentConfig,
    /// True if it runs; false if this is what one would do.
    pub(crate) running: bool,
    /// Its name, if it is known.
    pub(crate) name: Option<String>,
    /// The engines with what runs there, in the order of the settings.
    pub(crate) engines: &'a [Engine],
    /// The containers that do not run on each of them.
    pub(crate) idle: &'a [Vec<Idle>],
    /// The connection to each hub.
    pub(crate) links: &'a [Option<Link>],
    /// This host's own addresses.
    pub(crate) local: &'a LocalAddresses,
    /// The status of each hub.
    pub(crate) hubs: Vec<HubView>,
    /// The hubs' verdicts on a container, by its name.
    pub(crate) verdicts: Vec<(String, VerdictView)>,
}

/// Explains what becomes of each container, and why.
pub(crate) fn make(known: Known<'_>) -> Explanation {
    let facts = facts(known.config, known.engines, known.links, known.local);
    let address = choose(&facts);
    let has = |hub: &HubView| matches!(hub.state, HubState::Applied | HubState::Legacy);
    let waits = known.running && !known.hubs.iter().any(has);
    let engines = known.engines.iter().enumerate();
    let engines = engines.map(|(index, engine)| {
        let (facts, address) = place(engine, known.engines, &facts, &address);
        let around = resolve_context(known.config, engine, &facts, &address);
        let running = engine.containers.iter().map(|one| running(one, &around));
        let idle = known.idle.get(index).into_iter().flatten();
        let idle = idle.map(|one| idle_view(one, &around));
        let mut containers: Vec<ContainerView> = running.chain(idle).collect();
        for container in &mut containers {
            let said = known.verdicts.iter();
            let said = said.filter(|(name, _)| *name == container.name);
            container.verdicts = said.map(|(_, verdict)| verdict.clone()).collect();
            if container.outcome == RoutingState::Routed {
                container.outcome = outcome::outcome(container);
            }
            if container.outcome == RoutingState::Routed && waits {
                container.outcome = RoutingState::Waiting;
            }
        }
        containers.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        EngineView {
            endpoint: engine.endpoint.clone(),
            name: engine.name.clone(),
            listed: engine.listed,
            fault: engine.fault.clone(),
            containers,
        }
    });
    Explanation {
        running: known.running,
        agent: known.name,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        notes: if known.engines.is_empty() {
            vec![nowhere(&known.config.engines)]
        } else {
            Vec::new()
        },
        engines: engines.collect(),
        address: address
            .as_ref()
            .ok()
            .map(|address| address.host.to_string()),
        address_reason: address.map_or_else(|why| why, |address| address.reason),
        hubs: known.hubs,
    }
}

fn running(container: &Container, around: &ResolveContext<'_>) -> ContainerView {
    let mut view = bare(container, around);
    if container.stopping {
        "stopping".clone_into(&mut view.state);
    }
    let told = match crate::resolve::outcome(container, around) {
        Outcome::Skipped(silence) => {
            view.why = Some(silence.advice().to_owned());
            if silence == SkipReason::Disabled {
                view.asks.clear();
            }
            // It asks in so many words, and is not served for its state alone.
            if silence.is_health() && view.labelled {
                view.outcome = RoutingState::NotRouted;
            }
            return view;
        }
        Outcome::NotLabelled(told) => {
            let first = told.problems.first();
            view.why = Some(match first {
                Some(problem) => format!("it has no labels, and {}", problem.message),
                None => "it has no labels, and there is nothing to serve".to_owned(),
            });
            return view;
        }
        Outcome::Resolved(told) => told,
    };
    view.choices = told.choices;
    view.problems = told.problems;
    if told.elements.is_empty() {
        view.outcome = RoutingState::NotRouted;
        return view;
    }
    view.asks = told.elements;
    view.outcome = RoutingState::Routed;
    view
}

fn idle_view(idle: &Idle, around: &ResolveContext<'_>) -> ContainerView {
    let mut view = bare(&idle.container, around);
    view.state.clone_from(&idle.state);
    // Whether it would be served if it ran is the better reason.
    match skip_reason(&idle.container, around) {
        Ok(Some(silence)) if !silence.is_health() => {
            if silence == SkipReason::Disabled {
                view.asks.clear();
            }
            view.why = Some(silence.advice().to_owned());
        }
        _ => {
            view.idle = true;
            view.why = Some(match idle.container.task {
                None => format!("it does not run ({}): start it", said(idle)),
                // It is the swarm that runs it, and that knows what it waits for.
                Some(_) => format!("its swarm does not run it: {}", said(idle)),
            });
        }
    }
    view
}

fn said(idle: &Idle) -> &str {
    if idle.status.is_empty() {
        &idle.state
    } else {
        &idle.status
    }
}

/// A container that is passed over for a reason yet to be told.
fn bare(container: &Container, around: &ResolveContext<'_>) -> ContainerView {
    let (project, service) = origin(container);
    ContainerView {
        id: container.id.clone(),
        name: container.name.clone(),
        project: project.map(str::to_owned),
        service: service.map(str::to_owned),
        state: "running".to_owned(),
        outcome: RoutingState::PassedOver,
        why: None,
        idle: false,
        labelled: bears_labels(container),
        asks: asked(container, around.default_rule),
        choices: Vec::new(),
        problems: Vec::new(),
        verdicts: Vec::new(),
    }
}
