//! Holds what is needed to resolve the containers of one engine.

use traefik_config::{Constraints, DefaultRule};

use crate::docker::{Container, Rootless};
use crate::host::{Address, Facts};

/// The context for resolving the containers of one engine.
#[derive(Debug, Clone, Copy)]
pub struct ResolveContext<'a> {
    /// The running containers of the engine.
    pub containers: &'a [Container],
    /// Set if the engine is rootless.
    pub rootless: Option<Rootless>,
    /// The facts about this host's addresses.
    pub facts: &'a Facts,
    /// The address that [`crate::host::choose`] found with these facts.
    pub address: &'a Result<Address, String>,
    /// True: containers need no `traefik.enable=true`.
    pub exposed_by_default: bool,
    /// The rule of HTTP routers that have none.
    pub default_rule: &'a DefaultRule,
    /// True: a container whose health check does not pass keeps its routes, without a server.
    pub allow_empty_services: bool,
    /// Which containers are read.
    pub constraints: &'a Constraints,
    /// The engine's networks in which the gateway reaches containers at their own addresses.
    pub routable_networks: &'a [String],
}
