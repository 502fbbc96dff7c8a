//! The problems of references that are known before the merge.

use traefik_config::references::Reference;
use traefik_config::{Code, Key, Problem, shown};

use super::provider::{OWN_PROVIDER, split};

/// The hint for a reference that names another provider and means an element of the same engine;
/// none for other references.
pub(super) fn own_by_another_provider(key: &Key, reference: &Reference) -> Option<Problem> {
    let (name, provider) = split(&reference.name);
    if provider.is_none_or(|one| one == OWN_PROVIDER) {
        return None;
    }
    let message = format!(
        "{key} refers to {} `{}`: this host's own `{name}` is meant; write `{name}`",
        reference.kind.singular(),
        shown(&reference.name),
        name = shown(name),
    );
    let problem = Problem::info(Code::UnresolvedReference, message);
    Some(problem.of_element(key.section, key.kind, &key.name))
}

/// The most elements of a cycle that a message names.
const CYCLE_MEMBERS_SHOWN: usize = 5;

/// The problem of an element that is part of a cycle.
pub(crate) fn cycle_problem(key: &Key, members: &[&Key]) -> Problem {
    let mut names: Vec<String> = members
        .iter()
        .take(CYCLE_MEMBERS_SHOWN)
        .map(|key| format!("{} `{}`", key.kind.singular(), shown(&key.name)))
        .collect();
    if members.len() > CYCLE_MEMBERS_SHOWN {
        names.push(format!("{} more", members.len() - CYCLE_MEMBERS_SHOWN));
    }
    let message = format!(
        "{key} refers to itself, by way of {}: none of them can be used; remove one of these \
         references",
        names.join(", ")
    );
    Problem::error(Code::ReferenceCycle, message).of_element(key.section, key.kind, &key.name)
}
