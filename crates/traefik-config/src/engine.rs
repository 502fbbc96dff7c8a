//! Merge rule 1: joins the elements of one engine's containers, so that each name has one
//! definition.
//!
//! Equal elements count once, and load balancers that differ only in their servers are joined. Of
//! two different definitions the first in precedence stays, and the other container is left out
//! **as a whole**: with one of its elements missing, something that should be protected might be
//! open. The default TLS store and options (merge rule 7) do not take out a container: only the
//! first definition counts. Elements without a container follow rule 9.

mod loose;
mod part;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use go_compat::excerpt::shown;

pub use self::part::{LOAD_BALANCER, SERVERS, UnitedElement, UnitedServer, admissible_for};
use self::part::{Parts, invalid, part};
use crate::rule::wildcard_problem;
use crate::{Code, Container, Engine, Key, Problem, TraefikVersion, is_global};

/// The elements of one engine's containers together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct United {
    /// One definition for each name.
    pub elements: BTreeMap<Key, UnitedElement>,
    /// The reasons why containers were left out, and the containers' own problems. The origin names
    /// the container.
    pub problems: Vec<Problem>,
}

/// Joins the containers of one engine, for the newest Traefik. Their order does not matter.
pub fn unite(engine: &Engine) -> United {
    unite_for(engine, TraefikVersion::NEWEST)
}

/// [`unite`] for this Traefik: an element that needs a newer one takes out its container, as any
/// other invalid element does.
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
        let wildcards = container
            .elements
            .iter()
            .filter_map(|element| wildcard_problem(element, version));
        united
            .problems
            .extend(wildcards.map(|problem| problem.of_container(&container.name)));
        let asked = if is_alone && container.is_nameless() {
            let (parts, problems) = loose::loose_parts(container, version);
            united.problems.extend(problems);
            Ok(parts)
        } else {
            parts(container, version)
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
        // A server of two containers counts once, as in Traefik, and is stopping only if both are.
        // The sort keeps precedence.
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
                         of one engine; `{}` comes first and keeps it: rename one of them, or \
                         make them equal",
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

    /// False, with a problem, for a second definition of something that exists only once in
    /// Traefik.
    fn counts(&mut self, container: &Container, key: &Key, part: &UnitedElement) -> bool {
        let Some(winner) = self.elements.get(key) else {
            return true;
        };
        if !is_global(key) || winner.normalized == part.normalized {
            return true;
        }
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

/// The problem of a second definition of something that exists only once in Traefik.
pub fn global_problem(key: &Key, winner: &str) -> Problem {
    let message = format!(
        "{} `{}`: Traefik has only one, and that of {winner} comes first, so this one is not \
         applied: make them equal, or remove one",
        key.kind.singular(),
        shown(&key.name)
    );
    Problem::warning(Code::Conflict, message).of_element(key.section, key.kind, &key.name)
}

fn left_out(container: &Container, mut problem: Problem) -> Problem {
    problem
        .message
        .push_str("; the whole container is left out");
    problem.of_container(&container.name)
}
