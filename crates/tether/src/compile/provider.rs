//! Names with a provider: `name@provider`.

/// The provider by which a host means its own element.
pub(crate) const OWN_PROVIDER: &str = "docker";

/// The provider by which a host means everybody's.
pub(crate) const SHARED_PROVIDER: &str = "http";

/// `name@provider` in its parts.
pub(crate) fn split(name: &str) -> (&str, Option<&str>) {
    match name.rsplit_once('@') {
        Some((name, provider)) => (name, Some(provider)),
        None => (name, None),
    }
}

/// The name of the element that a written reference means; none if another provider has it.
pub(crate) fn plain_name(reference: &str) -> Option<&str> {
    match split(reference) {
        (name, None | Some(SHARED_PROVIDER)) => Some(name),
        (_, Some(_)) => None,
    }
}
