//! Logs what changes from one route set to the next, one line for each change.

use std::collections::{BTreeMap, BTreeSet};

use tether_proto::{Choice, Container, RouteSet};
use tether_runtime::text::printable;
use tracing::{info, warn};
use traefik_config::{Code, Problem, Severity};

/// A container's engine and id.
type ContainerKey<'a> = (&'a str, &'a str);

/// Logs the differences between two route sets. `why_gone` gets the engine and the id of a
/// container that is only in the old one and tells why.
pub(crate) fn log_changes(old: &RouteSet, new: &RouteSet, why_gone: impl Fn(&str, &str) -> String) {
    let (old, new) = (by_key(old), by_key(new));
    // A problem of the whole host is the same for each container and logged once.
    let mut host_problems = BTreeSet::new();
    for (key, container) in &new {
        let before = old.get(key).copied();
        log_routes(before, container);
        let known: &[Problem] = before.map_or(&[], |before| &before.problems);
        for problem in &container.problems {
            let is_repeated = known.contains(problem)
                || problem.code == Code::NoAddress && !host_problems.insert(&problem.message);
            if !is_repeated {
                log_problem(&container.name, problem);
            }
        }
    }
    for ((engine, id), container) in old.iter().filter(|(key, _)| !new.contains_key(*key)) {
        if !container.elements.is_empty() {
            let why = why_gone(engine, id);
            info!(container = container.name, "no longer routed: {why}");
        }
    }
}

fn by_key(routes: &RouteSet) -> BTreeMap<ContainerKey<'_>, &Container> {
    let mut containers = BTreeMap::new();
    for engine in &routes.engines {
        for container in &engine.containers {
            let key = (engine.endpoint.as_str(), container.id.as_str());
            containers.insert(key, container);
        }
    }
    containers
}

fn log_routes(before: Option<&Container>, now: &Container) {
    let container = &now.name;
    match (before.and_then(servers), servers(now)) {
        (before, Some(now)) if before.as_ref() != Some(&now) => info!(container, "routed: {now}"),
        (Some(_), None) => info!(container, "no longer routed"),
        _ => {}
    }
}

fn log_problem(container: &str, problem: &Problem) {
    let message = printable(&problem.message);
    if problem.severity == Severity::Info {
        info!(container, "{message}");
    } else {
        warn!(container, "{message}");
    }
}

/// The address of each service with the reason for it; none if the container is not routed.
fn servers(container: &Container) -> Option<String> {
    if container.elements.is_empty() {
        return None;
    }
    let servers: Vec<String> = container.choices.iter().map(server).collect();
    Some(if servers.is_empty() {
        "it has no servers of its own".to_owned()
    } else {
        printable(&servers.join("; "))
    })
}

fn server(choice: &Choice) -> String {
    let host = if choice.address.contains(':') {
        format!("[{}]", choice.address)
    } else {
        choice.address.clone()
    };
    format!(
        "{} at {host}:{} ({})",
        choice.service, choice.port, choice.reason
    )
}
