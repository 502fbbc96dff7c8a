//! The hints for references that mean something else than they say.

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
