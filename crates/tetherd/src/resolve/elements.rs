//! What a container's labels ask for, as far as they can be read without knowing its address.

use traefik_config::link::{Context, link};
use traefik_config::references::map_references;
use traefik_config::{DefaultRule, Element};

use super::labels;
use crate::docker::Container;

/// True if a container bears labels for Traefik or for us.
pub fn bears_labels(container: &Container) -> bool {
    container.labels.keys().any(|key| labels::is_ours(key))
}

/// What a container's labels ask for, as far as they can be read; its servers are not known.
pub fn asked(container: &Container, default_rule: &DefaultRule) -> Vec<Element> {
    if !bears_labels(container) {
        return Vec::new();
    }
    let decoded = traefik_config::labels::decode(&container.labels);
    if decoded.is_refused() {
        return Vec::new();
    }
    link(
        elements(decoded.elements, container),
        &link_context(container, default_rule),
    )
    .0
}

/// The compose project and service that a container belongs to, or the stack and the service in
/// a swarm.
pub fn origin(container: &Container) -> (Option<&str>, Option<&str>) {
    match &container.task {
        Some(task) => (
            container.label("com.docker.stack.namespace"),
            Some(&task.service),
        ),
        None => (
            container.label("com.docker.compose.project"),
            container.label("com.docker.compose.service"),
        ),
    }
}

/// What the names of a container's own elements come from; those of a task from its service.
pub(super) fn link_context<'a>(
    container: &'a Container,
    default_rule: &'a DefaultRule,
) -> Context<'a> {
    let task = container.task.as_ref();
    Context {
        name: task.map_or(&container.name, |task| &task.service),
        project: container.label("com.docker.compose.project"),
        service: container.label("com.docker.compose.service"),
        labels: &container.labels,
        default_rule,
    }
}

/// The elements of a container; those that a task's labels call `x@swarm` are the swarm's own.
pub(super) fn elements(mut elements: Vec<Element>, container: &Container) -> Vec<Element> {
    if container.task.is_some() {
        for element in &mut elements {
            map_references(
                element.section,
                element.kind,
                &mut element.body,
                |reference| {
                    let own = reference.name.strip_suffix("@swarm");
                    own.map_or_else(|| reference.name.clone(), str::to_owned)
                },
            );
        }
    }
    elements
}
