//! Parses names with a provider: `name@provider`.

/// The provider of a host's own elements.
pub(crate) const OWN_PROVIDER: &str = "docker";

/// The provider of the merged configuration.
pub(crate) const SHARED_PROVIDER: &str = "http";

/// Splits `name@provider`.
pub(crate) fn split(name: &str) -> (&str, Option<&str>) {
    match name.rsplit_once('@') {
        Some((name, provider)) => (name, Some(provider)),
        None => (name, None),
    }
}

/// The name that a reference means in the merged configuration; none if it names another provider.
pub(crate) fn plain_name(reference: &str) -> Option<&str> {
    match split(reference) {
        (name, None | Some(SHARED_PROVIDER)) => Some(name),
        (_, Some(_)) => None,
    }
}
