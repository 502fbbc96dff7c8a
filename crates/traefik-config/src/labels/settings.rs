//! Reads the labels about the container itself, `traefik.enable` and `traefik.docker.*`: whether it
//! is routed, and what has no effect here.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::fill;
use super::findings::Findings;
use super::tree::{self, Node};
use crate::{Code, Problem, Severity};

/// The value of `traefik.enable`, read together with `traefik.docker.*` as Traefik does.
///
/// # Errors
/// If one of these labels cannot be read: the container is not routed.
pub fn is_enabled(
    labels: &BTreeMap<String, String>,
    exposed_by_default: bool,
) -> Result<bool, Problem> {
    let mut findings = Findings::default();
    let (settings, _) = settings(labels, &mut findings);
    let mut errors = findings.problems.into_iter();
    match errors.find(|problem| problem.severity == Severity::Error) {
        Some(problem) => Err(problem),
        None => Ok(settings
            .get("enable")
            .and_then(Value::as_bool)
            .unwrap_or(exposed_by_default)),
    }
}

/// The prefixes of Traefik's settings of a container.
pub(super) const PREFIXES: [&str; 2] = ["traefik.docker.", "traefik.enable"];

/// The prefix of Traefik's settings of a Swarm service.
const SWARM: &str = "traefik.swarm.";

/// Reports settings without effect, except `traefik.docker.network`: it is in most compose files,
/// and published ports make it unnecessary.
pub(super) fn hints(labels: &BTreeMap<String, String>, findings: &mut Findings) {
    let [docker, _] = PREFIXES;
    if labels.keys().any(|key| tree::begins_with(key, docker)) {
        docker_hints(labels, findings);
    }
    let mut swarm = labels.keys().filter(|key| tree::begins_with(key, SWARM));
    if let Some(key) = swarm.next() {
        let message = "Traefik reads it only on Swarm services, and this is a container";
        findings.report(Problem::info, Code::NoEffect, key, message);
    }
}

fn docker_hints(labels: &BTreeMap<String, String>, findings: &mut Findings) {
    // Unreadable values are reported by `is_enabled`.
    let (settings, tree) = settings(labels, &mut Findings::default());
    let docker = settings.get("docker");
    let says = |field: &str| docker.and_then(|docker| docker.get(field)) == Some(&true.into());
    if says("allowNonRunning")
        && let Some(node) = tree
            .child("docker")
            .and_then(|node| node.child("allowNonRunning"))
    {
        let message = "tether does not support it yet: only running containers are routed";
        findings.report(Problem::warning, Code::NotReadYet, node.label, message);
    }
    if says("lbSwarm")
        && let Some(node) = tree.child("docker").and_then(|node| node.child("lbSwarm"))
    {
        let message = "it has an effect only on Swarm services, and this is a container";
        findings.report(Problem::info, Code::NoEffect, node.label, message);
    }
}

/// The container's settings for the provider, and the tree of their labels.
fn settings<'a>(
    labels: &'a BTreeMap<String, String>,
    findings: &mut Findings,
) -> (Map<String, Value>, Node<'a>) {
    let tree = tree::grow(labels, tree::ROOT, &PREFIXES, findings);
    let settings = fill::fill("docker.Labels", &tree, findings);
    (settings, tree)
}
