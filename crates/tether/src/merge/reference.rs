//! Rewrites references for Traefik.

use super::names::Names;
use super::plan::Link;
use crate::compile::{SHARED_PROVIDER, UNRESOLVED_PROVIDER, split};

/// A reference as it is served.
pub(super) fn final_reference(reference: &str, link: &Link<'_>, names: &Names<'_>) -> String {
    match link {
        Link::To(at) => qualified(&names.names[*at]),
        Link::Foreign => reference.to_owned(),
        Link::Internal | Link::Ambiguous | Link::Missing | Link::Shared(_) => {
            unresolved_name(reference)
        }
    }
}

/// The name of a missing element.
pub(super) fn unresolved_name(reference: &str) -> String {
    format!("{}@{UNRESOLVED_PROVIDER}", split(reference).0)
}

/// A name as a reference. Traefik would take the end of a name with an `@` for a provider.
fn qualified(name: &str) -> String {
    if name.contains('@') {
        format!("{name}@{SHARED_PROVIDER}")
    } else {
        name.to_owned()
    }
}
