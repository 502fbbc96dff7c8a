//! References as Traefik gets them.

use super::names::Names;
use super::plan::Link;
use crate::compile::{SHARED_PROVIDER, split};

/// The provider of what nobody defines: none is called so, so Traefik finds nothing there and
/// refuses whoever needs it, instead of applying a stranger's element of that name.
const UNRESOLVED: &str = "unresolved";

/// A reference as Traefik gets it.
pub(super) fn final_reference(reference: &str, link: &Link<'_>, names: &Names<'_>) -> String {
    match link {
        Link::To(at) => written(&names.names[*at]),
        Link::Foreign => reference.to_owned(),
        Link::Missing | Link::Shared(_) => unresolved_name(reference),
    }
}

pub(super) fn unresolved_name(reference: &str) -> String {
    format!("{}@{UNRESOLVED}", split(reference).0)
}

/// A name as a reference: with an `@` in it Traefik would take its end for a provider.
fn written(name: &str) -> String {
    match name.contains('@') {
        true => format!("{name}@{SHARED_PROVIDER}"),
        false => name.to_owned(),
    }
}
