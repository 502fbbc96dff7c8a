//! The operator's settings for a merge.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use traefik_config::{Key, TraefikVersion};

use crate::compile::AgentRoutes;

/// The operator's settings for a merge.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// The agents that take precedence in conflicts, highest first.
    pub precedence: Vec<String>,
    /// The entry points of routers that name none; if empty, all that Traefik has.
    pub default_entry_points: Vec<String>,
    /// The TLS that entry points give to routers without any, as JSON without Traefik's defaults, as
    /// far as the gateways' APIs show it. Those that differ between gateways are left out.
    pub entry_point_tls: Arc<BTreeMap<String, String>>,
    /// The agents that may refer to services inside Traefik, such as `api@internal`; `*` means all.
    /// The local file and the agent inside the hub always may.
    pub allow_internal: Vec<String>,
    /// The elements that a gateway's own file provider has, as far as its API shows them.
    pub gateway_files: Arc<BTreeSet<Key>>,
    /// The version of Traefik. The agents' routes must be compiled for it.
    pub traefik: TraefikVersion,
}

/// The value of [`Policy::allow_internal`] that means all agents.
const ALL: &str = "*";

impl Policy {
    /// True if the agent, or the local file, may refer to services inside Traefik.
    pub(super) fn allows_internal(&self, agent: &AgentRoutes) -> bool {
        let mut allowed = self.allow_internal.iter();
        agent.local
            || agent.routes.of_gateway
            || allowed.any(|name| *name == *agent.name || name == ALL)
    }
}
