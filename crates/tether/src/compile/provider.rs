//! Parses names with a provider: `name@provider`.

use traefik_config::Kind;
use traefik_config::references::Reference;

/// The provider of a host's own elements.
pub(crate) const OWN_PROVIDER: &str = "docker";

/// The provider of the merged configuration.
pub(crate) const SHARED_PROVIDER: &str = "http";

/// The provider of the services inside Traefik.
const INTERNAL_PROVIDER: &str = "internal";

/// The service inside Traefik that only answers with an error, often the service of routers that
/// redirect.
const NOOP: &str = "noop";

/// True for a reference to a service inside Traefik that tells or changes something.
pub(crate) fn is_internal(reference: &Reference) -> bool {
    let (name, provider) = split(&reference.name);
    reference.kind == Kind::Services && provider == Some(INTERNAL_PROVIDER) && name != NOOP
}

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
