//! The newest results of all servers.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::finding::Reachability;
use super::target::Target;

/// The newest results of all servers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Results {
    pub(super) known: BTreeMap<Arc<Target>, Reachability>,
}

impl Results {
    /// What the hub knows of one server.
    pub(super) fn of(&self, target: &Target) -> Reachability {
        self.known.get(target).copied().unwrap_or_default()
    }
}
