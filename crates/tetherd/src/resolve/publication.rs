//! Keeps the route set current as engines, connections and this host's addresses change.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use traefik_config::RouteSet;

use super::route_set::{routes, why_gone};
use crate::docker::Engine;
use crate::host::interfaces;
use crate::host::{Links, LocalAddresses};
use crate::log::changes::log_changes;
use crate::settings::AgentConfig;

/// This host's own addresses are read again this often, and whenever a connection to a hub is
/// new: that is how most changes of an address are felt.
const ADDRESS_INTERVAL: Duration = Duration::from_secs(5);

/// The agent's publication at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Publication {
    /// The whole route set.
    pub(crate) routes: Arc<RouteSet>,
    /// True once an engine was listed.
    pub(crate) any_listed: bool,
    /// The links that were known when it was made.
    pub(crate) links: Links,
}

impl Publication {
    /// True once there is something to say: an engine that was not listed says nothing, and one
    /// that is gone has spoken.
    pub(crate) fn is_ready(&self) -> bool {
        self.any_listed
    }
}

/// Keeps `publication` up to date until `shutdown`.
pub(crate) async fn run(
    config: &AgentConfig,
    mut engines: watch::Receiver<Vec<Engine>>,
    mut links: watch::Receiver<Links>,
    publication: &watch::Sender<Publication>,
    shutdown: &CancellationToken,
) {
    let mut looks = interval(ADDRESS_INTERVAL);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut reported = Arc::new(RouteSet::default());
    let mut here = interfaces::read(config.needs_interfaces());
    let mut any_listed = false;
    loop {
        let known = engines.borrow_and_update().clone();
        let connected = links.borrow_and_update().clone();
        any_listed |= known.iter().any(|engine| engine.listed);
        let next = Publication {
            any_listed,
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
        if *publication.borrow() != next {
            publication.send_replace(next);
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
async fn moved(
    config: &AgentConfig,
    looks: &mut Interval,
    known: &LocalAddresses,
) -> LocalAddresses {
    loop {
        looks.tick().await;
        let now = interfaces::read(config.needs_interfaces());
        if now != *known {
            return now;
        }
    }
}

#[cfg(test)]
mod tests;
