//! Builds the route set of all engines.

use std::collections::BTreeSet;
use std::net::IpAddr;

use tether_proto::RouteSet;

use super::container::{Outcome, outcome, resolve};
use super::context::ResolveContext;
use super::engine_address::{Place, of_engine};
use crate::docker::{Engine, NetworkMode, Protocol};
use crate::host::{Address, Facts, Link, LocalAddresses, choose};
use crate::settings::AgentConfig;

/// The route set of these engines.
pub(crate) fn routes(
    config: &AgentConfig,
    engines: &[Engine],
    links: &[Option<Link>],
    local: &LocalAddresses,
) -> RouteSet {
    let facts = facts(config, engines, links, local);
    let here = choose(&facts);
    let engines = engines.iter().map(|engine| {
        let (facts, address) = place(engine, engines, &facts, &here);
        let context = resolve_context(config, engine, &facts, &address);
        let containers = engine.containers.iter();
        let swarm = engine.swarm.as_ref();
        tether_proto::Engine {
            endpoint: engine.endpoint.clone(),
            id: engine.id.clone(),
            name: engine.name.clone(),
            listed: engine.listed,
            swarm: swarm.map(|swarm| tether_proto::Swarm { leads: swarm.leads }),
            containers: containers
                .filter_map(|container| resolve(container, &context))
                .collect(),
        }
    });
    RouteSet {
        engines: engines.collect(),
    }
}

/// The address of the machine of one of these engines. `here` is the address of this host.
pub(crate) fn place<'a>(
    engine: &Engine,
    engines: &[Engine],
    facts: &'a Facts,
    here: &'a Result<Address, String>,
) -> Place<'a> {
    let real = engines.iter().filter(|engine| engine.swarm.is_none());
    of_engine(engine, facts, here, real.count() == 1)
}

/// Why a container that was in the last route set is not in this one.
pub(super) fn why_gone(
    config: &AgentConfig,
    engines: &[Engine],
    endpoint: &str,
    id: &str,
) -> String {
    let mut engines = engines.iter();
    let engine = engines.find(|engine| engine.endpoint == endpoint);
    let found = engine.and_then(|engine| {
        let mut containers = engine.containers.iter();
        Some((engine, containers.find(|container| container.id == id)?))
    });
    let Some((engine, container)) = found else {
        return "it does not run any more".to_owned();
    };
    // The reasons do not depend on the address.
    let (facts, address) = (Facts::default(), Err(String::new()));
    let context = resolve_context(config, engine, &facts, &address);
    match outcome(container, &context) {
        Outcome::Skipped(reason) => reason.to_string(),
        Outcome::NotLabelled(_) | Outcome::Resolved(_) => "it asks for nothing any more".to_owned(),
    }
}

/// The context for resolving the containers of one engine.
pub(crate) fn resolve_context<'a>(
    config: &'a AgentConfig,
    engine: &'a Engine,
    facts: &'a Facts,
    address: &'a Result<Address, String>,
) -> ResolveContext<'a> {
    ResolveContext {
        containers: &engine.containers,
        rootless: engine.rootless,
        facts,
        address,
        exposed_by_default: config.exposed_by_default,
        default_rule: &config.default_rule,
        allow_empty_services: config.allow_empty_services,
        constraints: &config.constraints,
        routable_networks: &config.routable_networks,
    }
}

/// All that is known of this host's addresses.
pub(crate) fn facts(
    config: &AgentConfig,
    engines: &[Engine],
    links: &[Option<Link>],
    local: &LocalAddresses,
) -> Facts {
    let containers = || engines.iter().flat_map(|engine| engine.containers.iter());
    let container_networks: BTreeSet<IpAddr> = containers()
        .filter(|container| container.network == NetworkMode::Own)
        .flat_map(|container| &container.attachments)
        .flat_map(|attachment| attachment.addresses.iter().chain(&attachment.gateways))
        .copied()
        .collect();
    let published = containers()
        .flat_map(|container| &container.ports)
        .filter(|port| port.protocol == Protocol::Tcp)
        .filter_map(|port| port.public);
    Facts {
        host_ip: config.host_address.clone(),
        interface: config.interface.clone(),
        networks: config.networks.clone(),
        link: links.iter().flatten().next().copied(),
        local: local.clone(),
        container_networks,
        published: published.collect(),
        allow_loopback: config.allow_loopback,
        in_rootless_netns: local.in_rootless_netns
            && engines.iter().any(|engine| engine.rootless.is_some()),
    }
}

#[cfg(test)]
mod tests;
