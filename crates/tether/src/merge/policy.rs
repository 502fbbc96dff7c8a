//! The operator's settings for a merge.

use traefik_config::TraefikVersion;

/// The operator's settings for a merge.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// The agents that take precedence in conflicts, highest first.
    pub precedence: Vec<String>,
    /// The entry points of routers that name none; if empty, all that Traefik has.
    pub default_entry_points: Vec<String>,
    /// The version of Traefik. The agents' routes must be compiled for it.
    pub traefik: TraefikVersion,
}
