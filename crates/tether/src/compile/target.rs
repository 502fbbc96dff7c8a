//! Finds what a reference of an engine's element means (rule 2).

use std::collections::BTreeMap;

use traefik_config::references::Reference;
use traefik_config::{Key, is_global};

use super::provider::{
    FILE_PROVIDER, OWN_PROVIDER, SHARED_PROVIDER, is_label_provider, is_other_provider, split,
};

/// The target of a reference.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Target {
    /// The element with this index, on the same engine.
    Own(usize),
    /// The element that has this name in the merged configuration.
    Shared(Key),
    /// Not defined by this engine: the local file's element, if there is one.
    Local(Key),
    /// The element of the local file, unless Traefik's own file provider has one of this name.
    File(Key),
    /// The element of the agent with this name.
    Agent(String, Key),
    /// An element of another provider.
    Foreign,
    /// There is no such element.
    Missing,
}

/// The scope of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NameScope {
    /// A host: falls back to the local file, and `docker` means the host itself.
    Host,
    /// The merged document: `docker` means Traefik's own Docker provider.
    Document,
}

impl Target {
    /// The target of a reference of an engine with these elements.
    pub(super) fn of(
        reference: &Reference,
        index: &BTreeMap<Key, usize>,
        scope: NameScope,
    ) -> Self {
        // Traefik has exactly one of these, in all providers.
        let (name, provider) = split(&reference.name);
        let key = reference.key(name);
        if provider.is_none() && is_global(&key) {
            return Self::Foreign;
        }
        match (provider, scope) {
            (None, _) | (Some(OWN_PROVIDER), NameScope::Host) => match (index.get(&key), scope) {
                (Some(at), _) => Self::Own(*at),
                (None, NameScope::Host) => Self::Local(key),
                (None, NameScope::Document) => Self::Missing,
            },
            (Some(SHARED_PROVIDER), _) => Self::Shared(key),
            (Some(FILE_PROVIDER), _) => Self::File(key),
            (Some(provider), NameScope::Host) if is_label_provider(provider) => {
                index.get(&key).map_or(Self::Foreign, |at| Self::Own(*at))
            }
            (Some(provider), _) if is_other_provider(provider) => Self::Foreign,
            (Some(agent), _) => Self::Agent(agent.to_owned(), key),
        }
    }
}
