//! What one container is resolved against.

use traefik_config::{Constraints, DefaultRule};

use crate::docker::{Container, Rootless};
use crate::host::{Address, Facts};

/// What one container is resolved against.
#[derive(Debug, Clone, Copy)]
pub struct ResolveContext<'a> {
    /// The running containers of the same engine.
    pub containers: &'a [Container],
    /// Set if the engine runs without root's rights.
    pub rootless: Option<Rootless>,
    /// What is known of this host's addresses.
    pub facts: &'a Facts,
    /// What [`crate::host::choose`] makes of them.
    pub address: &'a Result<Address, String>,
    /// True: containers need no `traefik.enable=true`.
    pub exposed_by_default: bool,
    /// The rule of an HTTP router that has none.
    pub default_rule: &'a DefaultRule,
    /// True: a container whose health check does not pass stays, without a server.
    pub allow_empty_services: bool,
    /// Which containers are read.
    pub constraints: &'a Constraints,
    /// The engine's networks in which the gateway reaches containers at their own addresses.
    pub routable_networks: &'a [String],
}
