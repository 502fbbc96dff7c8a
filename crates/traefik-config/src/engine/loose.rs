//! Merge rule 9: selects the usable elements of a frame without containers.
//!
//! A container with a bad element is left out as a whole, so that nothing stays open that it meant
//! to protect. Without containers, references serve the same purpose: a bad element is left out
//! together with everything that refers to it, directly or not.

use std::collections::{BTreeMap, VecDeque};

use super::part::{Parts, admissible_for, invalid, part};
use go_compat::excerpt::shown;

use crate::references::references;
use crate::{Code, Container, Key, Problem, TraefikVersion};

/// The most problems that are reported for elements without a container.
const MAX_PROBLEMS: usize = 500;

/// The elements that can be used, and why the others cannot.
pub(super) fn loose_parts(container: &Container, version: TraefikVersion) -> (Parts, Vec<Problem>) {
    let mut parts = Parts::new();
    let mut problems = Vec::new();
    let mut refused = VecDeque::new();
    for element in &container.elements {
        match admissible_for(element, version) {
            Ok(admitted) if !parts.contains_key(&element.key()) => {
                parts.insert(element.key(), part(admitted, container, version));
                continue;
            }
            Ok(_) => problems.push(invalid(element, "is defined twice")),
            Err(found) => problems.extend(found),
        }
        refused.push_back(element.key());
    }
    for key in &refused {
        parts.remove(key);
    }
    let users = users(&parts);
    while let Some(key) = refused.pop_front() {
        for user in users.get(&key).into_iter().flatten() {
            if parts.remove(user).is_some() {
                problems.push(left_with(user, &key));
                refused.push_back(user.clone());
            }
        }
    }
    if problems.len() > MAX_PROBLEMS {
        let more = problems.len() - MAX_PROBLEMS;
        problems.truncate(MAX_PROBLEMS);
        let message = format!("{more} more elements cannot be used: correct these first");
        problems.push(Problem::error(Code::Invalid, message));
    }
    (parts, problems)
}

/// By element, the elements that refer to it.
fn users(parts: &Parts) -> BTreeMap<Key, Vec<Key>> {
    let mut users = BTreeMap::<Key, Vec<Key>>::new();
    for (key, part) in parts {
        for reference in references(key.section, key.kind, &part.body) {
            if let Some(name) = reference.own_name() {
                let target = reference.key(name);
                users.entry(target).or_default().push(key.clone());
            }
        }
    }
    users
}

fn left_with(key: &Key, refused: &Key) -> Problem {
    let message = format!(
        "{key} refers to {} `{}`, which cannot be used, so it is left out too",
        refused.kind.singular(),
        shown(&refused.name),
    );
    Problem::error(Code::UnresolvedReference, message).of_element(key.section, key.kind, &key.name)
}
