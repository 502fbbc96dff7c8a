//! The operator's decisions about a merge.

use traefik_config::TraefikVersion;

/// What the operator decided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// The agents that come first where two claims cannot both stand, the first one first.
    pub precedence: Vec<String>,
    /// The entry points of a router that names none; empty: all that Traefik has.
    pub default_entry_points: Vec<String>,
    /// The Traefik that reads the configuration; the agents' words must be made for it.
    pub traefik: TraefikVersion,
}
