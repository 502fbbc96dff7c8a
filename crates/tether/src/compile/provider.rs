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

/// The provider of Traefik's own files, which stands for the hub's local file too.
pub(super) const FILE_PROVIDER: &str = "file";

/// The providers whose names only Traefik knows, other than [`FILE_PROVIDER`].
const OTHER_PROVIDERS: [&str; 17] = [
    INTERNAL_PROVIDER,
    UNRESOLVED_PROVIDER,
    "consul",
    "consulcatalog",
    "docker",
    "ecs",
    "etcd",
    "knative",
    "kubernetes",
    "kubernetescrd",
    "kubernetesgateway",
    "kubernetesingressnginx",
    "nomad",
    "redis",
    "rest",
    "swarm",
    "zookeeper",
];

/// The starts of such names that a plugin or a namespace ends.
const OTHER_PREFIXES: [&str; 4] = ["consul-", "consulcatalog-", "nomad-", "plugin-"];

/// The provider of references to elements that are missing. No provider has this name, so Traefik
/// disables whatever needs the element, instead of applying a stranger's element of the same name.
pub(crate) const UNRESOLVED_PROVIDER: &str = "unresolved";

/// True for a provider of Traefik's whose elements the hub does not know.
pub(super) fn is_other_provider(provider: &str) -> bool {
    let mut prefixes = OTHER_PREFIXES.iter();
    OTHER_PROVIDERS.contains(&provider) || prefixes.any(|prefix| provider.starts_with(prefix))
}

/// True for a provider that reads what containers and services are labelled with, or a store of
/// keys like them. Who names one in a label means the labels beside it.
pub(super) fn is_label_provider(provider: &str) -> bool {
    provider != INTERNAL_PROVIDER
        && provider != UNRESOLVED_PROVIDER
        && !provider.starts_with("plugin-")
        && is_other_provider(provider)
}

/// True for a word after an `@` that means the agent of this name.
pub(crate) fn is_agent_name(provider: &str) -> bool {
    let ours = [OWN_PROVIDER, SHARED_PROVIDER, FILE_PROVIDER];
    !ours.contains(&provider) && !is_other_provider(provider) && !provider.contains('@')
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
