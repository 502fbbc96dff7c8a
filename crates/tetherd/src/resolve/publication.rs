//! Keeps the route set current as engines, connections and this host's addresses change.

use std::sync::Arc;
use std::time::Duration;

use tether_proto::RouteSet;
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::route_set::{routes, why_gone};
use crate::docker::Engine;
use crate::host::interfaces;
use crate::host::{Links, LocalAddresses};
use crate::log::changes::log_changes;
use crate::settings::AgentConfig;

/// This host's addresses are read this often, and whenever a connection to a hub is new, which most
/// changes of an address lead to.
const ADDRESS_INTERVAL: Duration = Duration::from_secs(5);

/// The routes that the agent publishes at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Publication {
    /// The whole route set.
    pub(crate) routes: Arc<RouteSet>,
    /// True once any engine was listed.
    pub(crate) any_listed: bool,
    /// The connections that were known when the route set was built.
    pub(crate) links: Links,
}

impl Publication {
    /// True once it can be sent. Before an engine was listed nothing is known; an engine that has
    /// disappeared since then is known to have no containers.
    pub(crate) fn is_ready(&self) -> bool {
        self.any_listed
    }
}

/// Keeps `publication` current until `shutdown`.
pub(crate) async fn run(
    config: &AgentConfig,
    mut engines: watch::Receiver<Vec<Engine>>,
    mut links: watch::Receiver<Links>,
    publication: &watch::Sender<Publication>,
    shutdown: &CancellationToken,
) {
    let mut address_checks = interval(ADDRESS_INTERVAL);
    address_checks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut logged = Arc::new(RouteSet::default());
    let mut local = interfaces::read(config.needs_interfaces());
    let mut any_listed = false;
    loop {
        let known = engines.borrow_and_update().clone();
        let connected = links.borrow_and_update().clone();
        any_listed |= known.iter().any(|engine| engine.listed);
        let next = Publication {
            any_listed,
            routes: Arc::new(routes(config, &known, &connected, &local)),
            links: connected,
        };
        // Before the first connection the address is a guess and is not logged, unless there will
        // be no connection.
        if next.links.is_empty() || next.links.iter().any(Option::is_some) {
            log_changes(&logged, &next.routes, |endpoint, id| {
                why_gone(config, &known, endpoint, id)
            });
            logged = next.routes.clone();
        }
        if *publication.borrow() != next {
            publication.send_replace(next);
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            Ok(()) = engines.changed() => {}
            Ok(()) = links.changed() => local = interfaces::read(config.needs_interfaces()),
            changed = changed_addresses(config, &mut address_checks, &local) => local = changed,
        }
    }
}

/// Waits until this host's addresses differ from `known`, and returns them.
async fn changed_addresses(
    config: &AgentConfig,
    checks: &mut Interval,
    known: &LocalAddresses,
) -> LocalAddresses {
    loop {
        checks.tick().await;
        let current = interfaces::read(config.needs_interfaces());
        if current != *known {
            return current;
        }
    }
}

#[cfg(test)]
mod tests;
