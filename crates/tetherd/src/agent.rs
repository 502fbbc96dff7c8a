//! What the engines and the connections to hubs say in, the newest route set out.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use traefik_config::RouteSet;

use crate::docker::{Engine, Network, Protocol};
use crate::host::interfaces;
use crate::host::{Address, Facts, Link, Links, Local, choose};
use crate::log::changes::log_changes;
use crate::resolve::{Fate, Surroundings, fate, resolve};
use crate::settings::AgentConfig;

/// This host's own addresses are read again this often, and whenever a connection to a hub is
/// new: that is how most changes of an address are felt.
const ADDRESS_INTERVAL: Duration = Duration::from_secs(5);

/// The agent's word at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Word {
    /// The whole route set.
    pub(crate) routes: Arc<RouteSet>,
    /// True once an engine was listed.
    pub(crate) heard: bool,
    /// The links that were known when it was made.
    pub(crate) links: Links,
}

impl Word {
    /// True once there is something to say: an engine that was not listed says nothing, and one
    /// that is gone has spoken.
    pub(crate) fn is_ready(&self) -> bool {
        self.heard
    }
}

/// Keeps `word` up to date until `shutdown`.
pub(crate) async fn run(
    config: &AgentConfig,
    mut engines: watch::Receiver<Vec<Engine>>,
    mut links: watch::Receiver<Links>,
    word: &watch::Sender<Word>,
    shutdown: &CancellationToken,
) {
    let mut looks = interval(ADDRESS_INTERVAL);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut reported = Arc::new(RouteSet::default());
    let mut here = interfaces::read(config.needs_interfaces());
    let mut heard = false;
    loop {
        let known = engines.borrow_and_update().clone();
        let connected = links.borrow_and_update().clone();
        heard |= known.iter().any(|engine| engine.listed);
        let next = Word {
            heard,
            routes: Arc::new(routes(config, &known, &connected, &here)),
            links: connected,
        };
        // Before the first connection the address is a guess that nobody is told; where there is
        // to be none, it is all there is.
        if next.links.is_empty() || next.links.iter().any(Option::is_some) {
            log_changes(&reported, &next.routes, |endpoint, id| {
                why_gone(config, &known, endpoint, id)
            });
            reported = next.routes.clone();
        }
        if *word.borrow() != next {
            word.send_replace(next);
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            Ok(()) = engines.changed() => {}
            Ok(()) = links.changed() => here = interfaces::read(config.needs_interfaces()),
            moved = moved(config, &mut looks, &here) => here = moved,
        }
    }
}

/// This host's addresses, once they are no longer these.
async fn moved(config: &AgentConfig, looks: &mut Interval, known: &Local) -> Local {
    loop {
        looks.tick().await;
        let now = interfaces::read(config.needs_interfaces());
        if now != *known {
            return now;
        }
    }
}

/// The route set of these engines.
pub(crate) fn routes(
    config: &AgentConfig,
    engines: &[Engine],
    links: &[Option<Link>],
    local: &Local,
) -> RouteSet {
    let facts = facts(config, engines, links, local);
    let address = choose(&facts);
    let engines = engines.iter().map(|engine| {
        let surroundings = surroundings(config, engine, &facts, &address);
        traefik_config::Engine {
            endpoint: engine.endpoint.clone(),
            id: engine.id.clone(),
            name: engine.name.clone(),
            listed: engine.listed,
            swarm: engine
                .swarm
                .as_ref()
                .map(|swarm| traefik_config::Swarm { leads: swarm.leads }),
            containers: engine
                .containers
                .iter()
                .filter_map(|container| resolve(container, &surroundings))
                .collect(),
        }
    });
    RouteSet {
        engines: engines.collect(),
    }
}

/// Why a container that was in the route set is not in it any more.
fn why_gone(config: &AgentConfig, engines: &[Engine], endpoint: &str, id: &str) -> String {
    let mut all = engines.iter();
    let engine = all.find(|engine| engine.endpoint == endpoint);
    let container = engine.and_then(|engine| {
        let mut containers = engine.containers.iter();
        Some((engine, containers.find(|container| container.id == id)?))
    });
    let Some((engine, container)) = container else {
        return "it does not run any more".to_owned();
    };
    // No address matters for this.
    let (facts, address) = (Facts::default(), Err(String::new()));
    let around = surroundings(config, engine, &facts, &address);
    match fate(container, &around) {
        Fate::PassedOver(silence) => silence.to_string(),
        Fate::NeverAsked(_) | Fate::Asks(_) => "it asks for nothing any more".to_owned(),
    }
}

/// What the containers of one engine are resolved against.
pub(crate) fn surroundings<'a>(
    config: &'a AgentConfig,
    engine: &'a Engine,
    facts: &'a Facts,
    address: &'a Result<Address, String>,
) -> Surroundings<'a> {
    Surroundings {
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

/// What is known of this host's addresses.
pub(crate) fn facts(
    config: &AgentConfig,
    engines: &[Engine],
    links: &[Option<Link>],
    local: &Local,
) -> Facts {
    let containers = || engines.iter().flat_map(|engine| engine.containers.iter());
    let networks = containers().filter(|container| container.network == Network::Own);
    let container_networks: BTreeSet<IpAddr> = networks
        .flat_map(|container| &container.attachments)
        .flat_map(|there| there.addresses.iter().chain(&there.gateways))
        .copied()
        .collect();
    let ports = containers().flat_map(|container| &container.ports);
    let published = ports
        .filter(|port| port.protocol == Protocol::Tcp)
        .filter_map(|port| port.public);
    Facts {
        said: config.host_address.clone(),
        interface: config.interface.clone(),
        networks: config.networks.clone(),
        link: links.iter().flatten().next().copied(),
        local: local.clone(),
        container_networks,
        published: published.collect(),
        gateway_is_here: config.allow_loopback,
        enclosed: local.enclosed && engines.iter().any(|engine| engine.rootless.is_some()),
    }
}

#[cfg(test)]
mod tests;
