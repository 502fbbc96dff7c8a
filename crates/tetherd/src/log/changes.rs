//! Two route sets in, one log line for each thing that differs out; what is equal says nothing.

use std::collections::{BTreeMap, BTreeSet};

use tether_runtime::text::printable;
use tracing::{info, warn};
use traefik_config::{Code, Container, Problem, RouteSet, Severity};

/// Logs what changed from one route set to the next. `why_gone` says of a container of an engine,
/// both by their place in the old one, why it is not in the new one.
pub(crate) fn log_changes(old: &RouteSet, new: &RouteSet, why_gone: impl Fn(&str, &str) -> String) {
    let (old, new) = (by_place(old), by_place(new));
    let mut whole_host = BTreeSet::new();
    for (place, container) in &new {
        let before = old.get(place).copied();
        let routed = places(container);
        match (before.map(places), routed.as_str()) {
            (Some(before), now) if before == now => {}
            (None, "") => {}
            (Some(_), "") => info!(container = container.name, "no longer routed"),
            (_, now) => info!(container = container.name, "routed: {now}"),
        }
        let known: &[Problem] = before.map_or(&[], |before| &before.problems);
        for problem in container
            .problems
            .iter()
            .filter(|problem| !known.contains(problem))
        {
            let message = printable(&problem.message);
            // It is the same for all containers, and so it is said once.
            if problem.code == Code::NoAddress && !whole_host.insert(&problem.message) {
                continue;
            }
            if problem.severity == Severity::Info {
                info!(container = container.name, "{message}");
            } else {
                warn!(container = container.name, "{message}");
            }
        }
    }
    for ((engine, id), container) in old.iter().filter(|(place, _)| !new.contains_key(*place)) {
        if !container.elements.is_empty() {
            let why = why_gone(engine, id);
            info!(container = container.name, "no longer routed: {why}");
        }
    }
}

fn by_place(routes: &RouteSet) -> BTreeMap<(&str, &str), &Container> {
    let engines = routes.engines.iter();
    let containers = engines.flat_map(|engine| {
        engine
            .containers
            .iter()
            .map(|c| ((engine.endpoint.as_str(), c.id.as_str()), c))
    });
    containers.collect()
}

/// Where each service is reached and why, as one text; empty if the container is not routed.
fn places(container: &Container) -> String {
    if container.elements.is_empty() {
        return String::new();
    }
    let places = container.choices.iter().map(|choice| {
        let host = if choice.address.contains(':') {
            format!("[{}]", choice.address)
        } else {
            choice.address.clone()
        };
        format!(
            "{} at {host}:{} ({})",
            choice.service, choice.port, choice.reason
        )
    });
    let text = places.collect::<Vec<_>>().join("; ");
    if text.is_empty() {
        "it has no servers of its own".to_owned()
    } else {
        printable(&text)
    }
}
