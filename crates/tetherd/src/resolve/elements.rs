//! Reads the elements that a container's labels ask for, without their servers.

use traefik_config::link::{Context, link};
use traefik_config::references::map_references;
use traefik_config::{DefaultRule, Element};

use super::labels;
use crate::docker::Container;

/// The labels that compose and swarm stacks set.
const COMPOSE_PROJECT: &str = "com.docker.compose.project";
const COMPOSE_SERVICE: &str = "com.docker.compose.service";
const STACK: &str = "com.docker.stack.namespace";

/// The suffix of references to elements of Traefik's Swarm provider.
const SWARM_SUFFIX: &str = "@swarm";

/// True if a container has labels for Traefik or for tether.
pub fn bears_labels(container: &Container) -> bool {
    container.labels.keys().any(|key| labels::is_ours(key))
}

/// The elements that a container's labels ask for, as far as they can be read.
pub fn asked(container: &Container, default_rule: &DefaultRule) -> Vec<Element> {
    if !bears_labels(container) {
        return Vec::new();
    }
    let decoded = traefik_config::labels::decode(&container.labels);
    if decoded.is_rejected() {
        return Vec::new();
    }
    let elements = with_own_references(decoded.elements, container);
    link(elements, &link_context(container, default_rule)).0
}

/// The compose project and service of a container, or the stack and the service in a swarm.
pub fn origin(container: &Container) -> (Option<&str>, Option<&str>) {
    match &container.task {
        Some(task) => (container.label(STACK), Some(&task.service)),
        None => (
            container.label(COMPOSE_PROJECT),
            container.label(COMPOSE_SERVICE),
        ),
    }
}

/// The base name of a container's implicit elements; a task's are named after its service.
pub(super) fn link_context<'a>(
    container: &'a Container,
    default_rule: &'a DefaultRule,
) -> Context<'a> {
    let task = container.task.as_ref();
    Context {
        name: task.map_or(&container.name, |task| &task.service),
        project: container.label(COMPOSE_PROJECT),
        service: container.label(COMPOSE_SERVICE),
        labels: &container.labels,
        default_rule,
    }
}

/// The elements of a container. In those of a swarm's task, references to `x@swarm` become `x`: the
/// elements of the swarm are its own.
pub(super) fn with_own_references(
    mut elements: Vec<Element>,
    container: &Container,
) -> Vec<Element> {
    if container.task.is_some() {
        for element in &mut elements {
            let (section, kind) = (element.section, element.kind);
            map_references(section, kind, &mut element.body, |reference| {
                let own = reference.name.strip_suffix(SWARM_SUFFIX);
                own.map_or_else(|| reference.name.clone(), str::to_owned)
            });
        }
    }
    elements
}
