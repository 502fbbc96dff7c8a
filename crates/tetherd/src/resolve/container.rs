//! One container and this host's addresses in; what the container asks for, its servers with
//! host and port and the reason for each, or its problems out.
//!
//! A service that cannot be reached costs the container all its elements, as in Traefik: with
//! only one service gone, requests for it could fall through to another router.

use serde_json::{Value, json};
use tether_runtime::text::printable;
use tracing::debug;
use traefik_config::link::link;
use traefik_config::{Choice, Code, Element, Kind, Problem, Section, Severity};

use super::context::ResolveContext;
use super::elements::{bears_labels, elements, link_context, origin};
use super::labels::AddressLabels;
use super::service::{Service, ServiceError};
use super::skip_reason::{SkipReason, skip_reason};
use crate::docker::{Container, Health};

/// What becomes of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is passed over, and nobody is told.
    Skipped(SkipReason),
    /// It would be served by default and cannot be: it never asked, so it has nothing to be told.
    NeverAsked(traefik_config::Container),
    /// What it asks for, with its servers or its problems.
    Asks(traefik_config::Container),
}

/// What a container asks for; none if it asks for nothing or is passed over.
pub fn resolve(
    container: &Container,
    context: &ResolveContext<'_>,
) -> Option<traefik_config::Container> {
    match outcome(container, context) {
        Outcome::Skipped(silence) => {
            debug!(container = container.name, "passed over: {silence}");
            None
        }
        Outcome::NeverAsked(_) => None,
        Outcome::Asks(resolved) => Some(resolved),
    }
}

/// What becomes of a container.
pub fn outcome(container: &Container, context: &ResolveContext<'_>) -> Outcome {
    let (project, service) = origin(container);
    let mut resolved = traefik_config::Container {
        id: container.id.clone(),
        name: container.name.clone(),
        project: project.map(str::to_owned),
        service: service.map(str::to_owned),
        created: container.created,
        stopping: container.stopping,
        ..Default::default()
    };
    if let Some(fault) = &container.unreadable {
        let message = format!(
            "the engine tells of this container in a form that this version does not know: \
             {}; upgrade tetherd, or report it",
            printable(fault)
        );
        let problem = Problem::error(Code::Unreadable, message).of_container(&container.name);
        resolved.problems.push(problem);
        return Outcome::Asks(resolved);
    }
    match skip_reason(container, context) {
        Ok(Some(silence)) => return Outcome::Skipped(silence),
        Ok(None) => fill(&mut resolved, container, context),
        Err(problem) => resolved.problems.push(problem),
    }
    for problem in &mut resolved.problems {
        problem.origin.container = Some(resolved.name.clone());
    }
    if resolved.elements.is_empty() && !bears_labels(container) {
        Outcome::NeverAsked(resolved)
    } else {
        Outcome::Asks(resolved)
    }
}

fn fill(
    resolved: &mut traefik_config::Container,
    container: &Container,
    context: &ResolveContext<'_>,
) {
    let decoded = traefik_config::labels::decode(&container.labels);
    let refused = decoded.is_refused();
    resolved.problems = decoded.problems;
    if refused {
        return;
    }
    let link_context = link_context(container, context.default_rule);
    let (mut elements, problems) = link(elements(decoded.elements, container), &link_context);
    resolved.problems.extend(problems);
    let (said, problems) = AddressLabels::read(&container.labels, &elements);
    let mut failed = problems
        .iter()
        .any(|problem| problem.severity == Severity::Error);
    resolved.problems.extend(problems);

    let unneeded = unneeded(&elements);
    elements.retain_mut(|element| {
        match serve(element, container, &said, context) {
            Ok(choices) => {
                resolved.choices.extend(choices);
                true
            }
            // Made by us for a router that then took another: nobody asked for it.
            Err(_) if unneeded.contains(&(element.section, element.name.clone())) => false,
            Err(fault) => {
                failed = true;
                resolved.problems.push(fault.into());
                true
            }
        }
    });
    if failed {
        resolved.choices.clear();
        return;
    }
    // Only now: what could not be served when it is healthy does not come and go before.
    if let Some(problem) = unserved(container.health) {
        resolved.problems.push(problem);
        resolved.choices.clear();
        elements.iter_mut().for_each(leave_empty);
    }
    resolved.elements = elements;
}

/// Takes the servers out of a load balancer: Traefik answers 503 for it, not 404, and the
/// siblings on other hosts are not touched.
fn leave_empty(element: &mut Element) {
    if element.kind == Kind::Services
        && let Some(servers) = element.body.pointer_mut("/loadBalancer/servers")
    {
        *servers = json!([]);
    }
}

/// Why nothing may be sent to a container that is there.
fn unserved(health: Health) -> Option<Problem> {
    let state = match health {
        Health::Healthy => return None,
        Health::Starting => "has not passed yet",
        Health::Unhealthy => "fails",
    };
    let message = format!("its health check {state}: until it passes its services go without it");
    Some(Problem::info(Code::NotHealthy, message))
}

/// The services that nobody wrote down and no router of the container uses.
fn unneeded(elements: &[Element]) -> Vec<(Section, String)> {
    let used = |service: &Element| {
        elements.iter().any(|router| {
            let uses = router
                .body
                .get("service")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let name = uses.strip_suffix("@docker").unwrap_or(uses);
            (router.section, router.kind) == (service.section, Kind::Routers)
                && name == service.name
        })
    };
    elements
        .iter()
        .filter(|element| element.kind == Kind::Services && element.implicit && !used(element))
        .map(|element| (element.section, element.name.clone()))
        .collect()
}

/// Fills in the servers of a load balancer.
fn serve(
    element: &mut Element,
    container: &Container,
    said: &AddressLabels,
    context: &ResolveContext<'_>,
) -> Result<Vec<Choice>, ServiceError> {
    let (section, name) = (element.section, element.name.clone());
    let servers = (element.kind == Kind::Services)
        .then(|| element.body.pointer_mut("/loadBalancer/servers"))
        .flatten()
        .and_then(Value::as_array_mut);
    let mut choices = Vec::new();
    for server in servers.into_iter().flatten() {
        let Value::Object(server) = server else {
            continue;
        };
        let service = Service {
            section,
            name: &name,
            container,
            said,
            context,
        };
        choices.push(service.server(server)?);
    }
    Ok(choices)
}
