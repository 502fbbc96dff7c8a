//! Merge rule 1: one engine's containers in, its elements out, each name with one definition.
//!
//! What two containers define alike counts once, and load balancers that are equal but for their
//! servers are joined. Where they differ, the first in precedence stays and the other container is
//! left out **whole**: with one of its elements missing, what should be protected might be open.
//! What Traefik has once for all (merge rule 7) is no reason for that: only the first one counts.
//! Elements without a container are rule 9's.

mod loose;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::characters::shown;
use crate::defaults::without_defaults;
use crate::validate::canonical_for;
use crate::{
    Choice, Code, Container, Element, Engine, Key, Kind, Problem, TraefikVersion, is_global,
};

/// What one engine's containers ask for together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct United {
    /// One definition for each name.
    pub elements: BTreeMap<Key, UnitedElement>,
    /// Why containers were left out, and what the containers said themselves; the origin has
    /// the container.
    pub problems: Vec<Problem>,
}

/// One element, and the containers that ask for it.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitedElement {
    /// Its definition, in canonical form; the servers of a load balancer are apart.
    pub body: Value,
    /// The same without what Traefik assumes anyway: equal if the definitions are.
    pub normalized: Value,
    /// True if none of its owners wrote it down.
    pub implicit: bool,
    /// The names of the containers that ask for it, the first in precedence first.
    pub owners: Vec<String>,
    /// The servers of its load balancer, sorted, each once.
    pub servers: Vec<UnitedServer>,
}

/// One server of a load balancer.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitedServer {
    /// Its URL or address.
    pub address: String,
    /// Its definition.
    pub body: Value,
    /// The container behind it.
    pub container: String,
    /// True if that container is about to stop.
    pub stopping: bool,
    /// Why this address and port; empty if a label gave them.
    pub reason: String,
}

/// Where a load balancer has its servers: this field of its body, then [`SERVERS`].
pub const LOAD_BALANCER: &str = "loadBalancer";

/// The list of servers in a load balancer.
pub const SERVERS: &str = "servers";

/// Makes one engine's containers one, for the newest Traefik. Their order does not matter.
pub fn unite(engine: &Engine) -> United {
    unite_for(engine, TraefikVersion::NEWEST)
}

/// [`unite`] for this Traefik: what it is too old for costs the container, as any other element
/// that it would not accept.
pub fn unite_for(engine: &Engine, version: TraefikVersion) -> United {
    let mut containers: Vec<&Container> = engine.containers.iter().collect();
    containers.sort_by_cached_key(|container| precedence(container));
    let is_alone = containers.len() == 1;
    let mut united = United::default();
    for container in containers {
        let told = container.problems.iter().cloned();
        united
            .problems
            .extend(told.map(|problem| problem.of_container(&container.name)));
        let asked = match is_alone && container.is_nameless() {
            true => {
                let (parts, problems) = loose::loose_parts(container, version);
                united.problems.extend(problems);
                Ok(parts)
            }
            false => parts(container, version),
        };
        let admitted = asked.and_then(|parts| {
            united.conflicts(container, &parts)?;
            Ok(parts)
        });
        match admitted {
            Ok(mut parts) => {
                parts.retain(|key, part| united.counts(container, key, part));
                united.admit(container, parts);
            }
            Err(problems) => united.problems.extend(problems),
        }
    }
    for element in united.elements.values_mut() {
        // A server that two containers name counts once, as in Traefik, and is as alive as the
        // liveliest of them; the sort keeps precedence.
        element
            .servers
            .sort_by_cached_key(|one| (one.address.clone(), one.stopping));
        element
            .servers
            .dedup_by(|second, first| second.address == first.address);
    }
    united
}

/// Re-creating a container must not move a route, so its age and id come last.
type Precedence = (String, Reverse<i64>, String, String);

fn precedence(container: &Container) -> Precedence {
    let stable = match (&container.project, &container.service) {
        (Some(project), Some(service)) => format!("{project}/{service}"),
        _ => container.name.clone(),
    };
    (
        stable,
        Reverse(container.created),
        container.id.clone(),
        container.name.clone(),
    )
}

/// A container's elements, checked, each with its servers apart.
type Parts = BTreeMap<Key, UnitedElement>;

fn parts(container: &Container, version: TraefikVersion) -> Result<Parts, Vec<Problem>> {
    let mut parts = Parts::new();
    let mut problems = Vec::new();
    for element in &container.elements {
        match admissible_for(element, version) {
            Err(found) => problems.extend(found),
            Ok(admitted) => {
                let part = part(admitted, container, version);
                if parts.insert(element.key(), part).is_some() {
                    problems.push(invalid(element, "is defined twice by one container"));
                }
            }
        }
    }
    if problems.is_empty() {
        return Ok(parts);
    }
    let whole = |problem| left_out(container, problem);
    Err(problems.into_iter().map(whole).collect())
}

/// The element in this Traefik's canonical form, if nothing about it keeps it out of a document.
///
/// # Errors
/// If Traefik would not accept it, if it says nothing, or if a server has no address.
pub fn admissible_for(element: &Element, version: TraefikVersion) -> Result<Element, Vec<Problem>> {
    let element = canonical_for(element, version)?;
    if element.body.as_object().is_none_or(Map::is_empty) {
        let fault = "says nothing: Traefik refuses empty objects";
        return Err(vec![invalid(&element, fault)]);
    }
    if servers(&element)
        .iter()
        .any(|server| address(server).is_none())
    {
        return Err(vec![invalid(&element, "has a server without an address")]);
    }
    Ok(element)
}

/// `element` is admissible.
fn part(mut element: Element, container: &Container, version: TraefikVersion) -> UnitedElement {
    let servers = take_servers(&mut element).into_iter().map(|body| {
        let address = address(&body).unwrap_or_default();
        UnitedServer {
            reason: reason(&container.choices, &element.name, &address),
            address,
            body,
            container: container.name.clone(),
            stopping: container.stopping,
        }
    });
    let servers = servers.collect();
    UnitedElement {
        normalized: without_defaults(element.section, element.kind, &element.body, version),
        body: element.body,
        implicit: element.implicit,
        owners: vec![container.name.clone()],
        servers,
    }
}

fn servers(element: &Element) -> &[Value] {
    let servers = match element.kind {
        Kind::Services => element.body.get(LOAD_BALANCER),
        _ => None,
    };
    let servers = servers.and_then(|balancer| balancer.get(SERVERS)?.as_array());
    servers.map(Vec::as_slice).unwrap_or_default()
}

fn take_servers(element: &mut Element) -> Vec<Value> {
    if element.kind != Kind::Services {
        return Vec::new();
    }
    let balancer = element
        .body
        .get_mut(LOAD_BALANCER)
        .and_then(Value::as_object_mut);
    match balancer.and_then(|balancer| balancer.remove(SERVERS)) {
        Some(Value::Array(servers)) => servers,
        _ => Vec::new(),
    }
}

fn address(server: &Value) -> Option<String> {
    let address = server
        .get("url")
        .or_else(|| server.get("address"))?
        .as_str()?;
    (!address.is_empty()).then(|| address.to_owned())
}

/// Several services may bear one name, one in each section, so the port must fit too.
fn reason(choices: &[Choice], service: &str, address: &str) -> String {
    let fits = |choice: &&Choice| {
        let host = &choice.address;
        let end = match host.contains(':') {
            true => format!("[{host}]:{}", choice.port),
            false => format!("{host}:{}", choice.port),
        };
        choice.service == service && address.contains(&end)
    };
    let choice = choices.iter().find(fits);
    choice.map_or(String::new(), |choice| choice.reason.clone())
}

impl United {
    fn conflicts(&self, container: &Container, parts: &Parts) -> Result<(), Vec<Problem>> {
        let mut problems = Vec::new();
        for (key, part) in parts {
            let Some(winner) = self.elements.get(key) else {
                continue;
            };
            if winner.normalized != part.normalized && !is_global(key) {
                let first = winner.owners.first().map_or("", |owner| owner);
                let problem = Problem::error(
                    Code::Conflict,
                    format!(
                        "{key} is defined differently by the containers `{}` and `{}` \
                         of one engine: `{}` comes first and keeps it; give one of them another \
                         name or make them equal",
                        shown(first),
                        shown(&container.name),
                        shown(first),
                    ),
                );
                problems.push(problem.of_element(key.section, key.kind, &key.name));
            }
        }
        if problems.is_empty() {
            return Ok(());
        }
        let whole = |problem| left_out(container, problem);
        Err(problems.into_iter().map(whole).collect())
    }

    /// False, with a problem, for another definition of what Traefik has once for all.
    fn counts(&mut self, container: &Container, key: &Key, part: &UnitedElement) -> bool {
        let rival = self.elements.get(key).filter(|_| is_global(key));
        let Some(winner) = rival.filter(|winner| winner.normalized != part.normalized) else {
            return true;
        };
        let first = winner.owners.first().map_or("", |owner| owner);
        let problem = global_problem(key, &format!("container `{}`", shown(first)));
        self.problems.push(problem.of_container(&container.name));
        false
    }

    fn admit(&mut self, container: &Container, parts: Parts) {
        for (key, part) in parts {
            match self.elements.get_mut(&key) {
                None => {
                    self.elements.insert(key, part);
                }
                Some(known) => {
                    known.implicit &= part.implicit;
                    known.servers.extend(part.servers);
                    known.owners.push(container.name.clone());
                }
            }
        }
    }
}

/// What is told whoever defines what Traefik has once for all, and is not the first to.
pub fn global_problem(key: &Key, winner: &str) -> Problem {
    let message = format!(
        "{} `{}`: Traefik has one for all, and that of {winner} comes first, so this one is not \
         applied; make them equal or remove one",
        key.kind.singular(),
        shown(&key.name)
    );
    Problem::warning(Code::Conflict, message).of_element(key.section, key.kind, &key.name)
}

fn invalid(element: &Element, fault: &str) -> Problem {
    let (section, kind) = (element.section, element.kind.singular());
    let message = format!("{section} {kind} `{}` {fault}", shown(&element.name));
    let problem = Problem::error(Code::Invalid, message);
    problem.of_element(section, element.kind, &element.name)
}

fn left_out(container: &Container, mut problem: Problem) -> Problem {
    problem
        .message
        .push_str("; this container is left out whole");
    problem.of_container(&container.name)
}
