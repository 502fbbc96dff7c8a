//! What labels say of the container itself rather than of elements: `traefik.enable` and
//! `traefik.docker.*` in, whether it is routed and what has no effect here out.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::tree::{self, Node};
use super::{Told, fill};
use crate::characters::shown;
use crate::{Code, Problem, Severity, go};

/// What `traefik.enable` says, read together with `traefik.docker.*`, as Traefik does.
///
/// # Errors
/// If one of these labels cannot be read: the container is not routed.
pub fn is_enabled(
    labels: &BTreeMap<String, String>,
    exposed_by_default: bool,
) -> Result<bool, Problem> {
    let mut told = Told::default();
    let (settings, _) = settings(labels, &mut told);
    let mut errors = told.problems.into_iter();
    match errors.find(|problem| problem.severity == Severity::Error) {
        Some(problem) => Err(problem),
        None => Ok(settings
            .get("enable")
            .and_then(Value::as_bool)
            .unwrap_or(exposed_by_default)),
    }
}

/// What Traefik takes the container's settings from.
pub(super) const PREFIXES: [&str; 2] = ["traefik.docker.", "traefik.enable"];

/// What Traefik takes the settings of Swarm services from.
const SWARM: &str = "traefik.swarm.";

/// Tells of settings that are read and change nothing. `traefik.docker.network` is not told: it
/// is in most compose files, and published ports make it needless.
pub(super) fn hints(labels: &BTreeMap<String, String>, told: &mut Told) {
    let [docker, _] = PREFIXES;
    if labels.keys().any(|key| tree::begins_with(key, docker)) {
        docker_hints(labels, told);
    }
    let mut swarm = labels.keys().filter(|key| tree::begins_with(key, SWARM));
    if let Some(key) = swarm.next() {
        let message = format!(
            "label {}: Traefik reads it of Swarm services only, and this is a container",
            shown(key)
        );
        let problem = Problem::info(Code::NoEffect, message);
        told.problems.push(problem.of_label(key));
    }
}

fn docker_hints(labels: &BTreeMap<String, String>, told: &mut Told) {
    // What cannot be read here is told by `is_enabled`.
    let (settings, tree) = settings(labels, &mut Told::default());
    let docker = settings.get("docker");
    let says = |field: &str| docker.and_then(|docker| docker.get(field)) == Some(&true.into());
    if says("allowNonRunning")
        && let Some(node) = child(&tree, "docker").and_then(|node| child(node, "allowNonRunning"))
    {
        let message = "Traefik reads it, tether does not yet: only running containers are routed";
        told.tell(Problem::warning, Code::NotReadYet, node, message);
    }
    if says("lbSwarm")
        && let Some(node) = child(&tree, "docker").and_then(|node| child(node, "lbSwarm"))
    {
        let message = "it only means something to a Swarm service, and this is a container";
        told.tell(Problem::info, Code::NoEffect, node, message);
    }
}

/// The container's settings for the provider, and the labels they come from.
fn settings<'a>(
    labels: &'a BTreeMap<String, String>,
    told: &mut Told,
) -> (Map<String, Value>, Node<'a>) {
    let tree = tree::grow(labels, &PREFIXES, told);
    let settings = fill::fill("docker.Labels", &tree, told);
    (settings, tree)
}

fn child<'n, 'a>(node: &'n Node<'a>, name: &str) -> Option<&'n Node<'a>> {
    let mut children = node.children.iter();
    children.find(|child| go::equal_fold(child.name, name))
}
