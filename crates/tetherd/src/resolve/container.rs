//! Resolves one container: its elements with their servers, or its problems.
//!
//! If one service has no server, the container gets no elements at all, as in Traefik: with only one
//! service missing, its requests could fall through to another router. A service that nothing refers
//! to gets no requests, so it may be missing.

use std::collections::HashSet;

use serde_json::{Value, json};
use tether_proto::Choice;
use tether_runtime::text::printable;
use tracing::debug;
use traefik_config::labels::decode;
use traefik_config::link::link;
use traefik_config::references::{Reference, references};
use traefik_config::{Code, Element, Key, Kind, Problem, Severity};

use super::context::ResolveContext;
use super::elements::{bears_labels, link_context, origin, with_own_references};
use super::health_check;
use super::labels::AddressLabels;
use super::service::{Service, ServiceError};
use super::skip_reason::{SkipReason, skip_reason};
use crate::docker::{Container, Health};

/// The path of a load balancer's servers within its element.
const SERVERS: &str = "/loadBalancer/servers";

/// The outcome for a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is skipped without a message to the hub.
    Skipped(SkipReason),
    /// It has no labels and cannot be served by default. Its problems do not matter to the hub.
    NotLabelled(tether_proto::Container),
    /// It has its elements and servers, or problems.
    Resolved(tether_proto::Container),
}

/// The resolved container; none if it asks for nothing or is skipped.
pub fn resolve(
    container: &Container,
    context: &ResolveContext<'_>,
) -> Option<tether_proto::Container> {
    match outcome(container, context) {
        Outcome::Skipped(reason) => {
            debug!(container = container.name, "skipped: {reason}");
            None
        }
        Outcome::NotLabelled(_) => None,
        Outcome::Resolved(resolved) => Some(resolved),
    }
}

/// Decides what becomes of a container.
pub fn outcome(container: &Container, context: &ResolveContext<'_>) -> Outcome {
    let (project, service) = origin(container);
    let mut resolved = tether_proto::Container {
        id: container.id.clone(),
        name: container.name.clone(),
        project: project.map(str::to_owned),
        service: service.map(str::to_owned),
        created: container.created,
        stopping: container.stopping,
        ..Default::default()
    };
    if let Some(error) = &container.unreadable {
        let problem = Problem::error(Code::Unreadable, unreadable_message(error));
        resolved
            .problems
            .push(problem.of_container(&container.name));
        return Outcome::Resolved(resolved);
    }
    match skip_reason(container, context) {
        Ok(Some(reason)) => return Outcome::Skipped(reason),
        Ok(None) => fill(&mut resolved, container, context),
        Err(problem) => resolved.problems.push(problem),
    }
    for problem in &mut resolved.problems {
        problem.origin.container = Some(resolved.name.clone());
    }
    if resolved.elements.is_empty() && !bears_labels(container) {
        Outcome::NotLabelled(resolved)
    } else {
        Outcome::Resolved(resolved)
    }
}

fn unreadable_message(error: &str) -> String {
    format!(
        "the engine's answer about this container cannot be read by this version: {}; upgrade \
         tetherd, or report it",
        printable(error)
    )
}

/// Adds the elements, choices and problems of a container that is not skipped.
fn fill(
    resolved: &mut tether_proto::Container,
    container: &Container,
    context: &ResolveContext<'_>,
) {
    let decoded = decode(&container.labels);
    let is_refused = decoded.is_rejected();
    resolved.problems = decoded.problems;
    if is_refused {
        return;
    }
    let elements = with_own_references(decoded.elements, container);
    let (mut elements, problems) = link(elements, &link_context(container, context.default_rule));
    resolved.problems.extend(problems);
    let (labels, problems) = AddressLabels::read(&container.labels, &elements);
    let mut failed = problems
        .iter()
        .any(|problem| problem.severity == Severity::Error);
    resolved.problems.extend(problems);

    let used = used_names(&elements);
    elements.retain_mut(|element| {
        let error = match resolve_servers(element, container, &labels, context) {
            Ok((choices, problems)) => {
                resolved.choices.extend(choices);
                resolved.problems.extend(problems);
                return true;
            }
            Err(error) => error,
        };
        if used.contains(&element.key()) || !(element.implicit || error.is_about_ports()) {
            failed = true;
            resolved.problems.push(error.into());
            return true;
        }
        // No label asks for an implicit one.
        if !element.implicit {
            resolved.problems.push(error.into_note_of_unused());
        }
        false
    });
    if failed {
        resolved.choices.clear();
        return;
    }
    // After the servers, so that a container that cannot be served when it is healthy does not
    // appear while it is not.
    if let Some(problem) = health_problem(container.health) {
        resolved.problems.push(problem);
        resolved.choices.clear();
        elements.iter_mut().for_each(remove_servers);
    }
    resolved.elements = elements;
}

/// Empties a load balancer: Traefik then answers 503 instead of 404, and the servers of other hosts
/// stay.
fn remove_servers(element: &mut Element) {
    if element.kind == Kind::Services
        && let Some(servers) = element.body.pointer_mut(SERVERS)
    {
        *servers = json!([]);
    }
}

fn health_problem(health: Health) -> Option<Problem> {
    let state = match health {
        Health::Healthy => return None,
        Health::Starting => "has not passed yet",
        Health::Unhealthy => "fails",
    };
    let message = format!("its health check {state}: until it passes, its services leave it out");
    Some(Problem::info(Code::NotHealthy, message))
}

/// The elements of a container that its other elements refer to.
fn used_names(elements: &[Element]) -> HashSet<Key> {
    let all = elements
        .iter()
        .flat_map(|element| references(element.section, element.kind, &element.body));
    all.filter_map(|reference: Reference| Some(reference.key(reference.own_name()?)))
        .collect()
}

/// Resolves the servers of a load balancer, and says what is wrong with their health check; other
/// elements have none.
fn resolve_servers(
    element: &mut Element,
    container: &Container,
    labels: &AddressLabels,
    context: &ResolveContext<'_>,
) -> Result<(Vec<Choice>, Vec<Problem>), ServiceError> {
    let (mut choices, mut problems) = (Vec::new(), Vec::new());
    if element.kind != Kind::Services {
        return Ok((choices, problems));
    }
    let checked_port = health_check::port(element);
    let service = Service {
        section: element.section,
        name: &element.name,
        container,
        labels,
        context,
    };
    let servers = element.body.pointer_mut(SERVERS);
    let servers = servers.and_then(Value::as_array_mut).into_iter().flatten();
    for server in servers.filter_map(Value::as_object_mut) {
        let has_url = server.get("url").is_some_and(|url| url != "");
        let (mut choice, doubt) = service.resolve(server)?;
        problems.extend(doubt);
        if let Some(port) = checked_port.filter(|_| !has_url) {
            problems.extend(health_check::complete(&mut choice, port, &service));
        }
        choices.push(choice);
    }
    Ok((choices, problems))
}
