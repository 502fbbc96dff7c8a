//! Follows every engine at the configured locations, as engines come and go.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::watch::Sender;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::discovery::{EngineLocation, nowhere, present};
use super::engine_loop::watch;
use crate::docker::api::endpoint::Endpoint;
use crate::docker::model::engine::Engine;
use crate::docker::swarm;

/// Sockets of a pattern are looked for so often.
const SCAN_INTERVAL: Duration = Duration::from_secs(1);

/// An engine whose socket is gone for so long is gone. Until then its last word stays: an engine
/// that is restarted or upgraded removes its socket too, and its containers may run on.
const GONE_LIMIT: Duration = Duration::from_secs(300);

/// One engine that is watched.
struct Watched {
    endpoint: Endpoint,
    stop: CancellationToken,
    /// Since when its socket is not there.
    gone: Option<Instant>,
}

/// Watches all engines at these locations until `shutdown`; `engines` is their newest word, in the
/// order of the locations. With `swarm`, one that manages a swarm is followed by the swarm.
pub async fn watch_all(
    locations: &[EngineLocation],
    swarm: bool,
    engines: &Sender<Vec<Engine>>,
    shutdown: &CancellationToken,
) {
    let changing = locations
        .iter()
        .any(|location| matches!(location, EngineLocation::Pattern(_)));
    let mut scan = interval(SCAN_INTERVAL);
    scan.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut watched: Vec<Watched> = Vec::new();
    let mut watches = FuturesUnordered::new();
    let mut first = true;
    loop {
        tokio::select! {
            () = shutdown.cancelled() => break,
            Some(()) = watches.next() => {}
            _ = scan.tick(), if first || changing => {
                let there = present(locations);
                if first && there.is_empty() {
                    warn!("{}", nowhere(locations));
                }
                first = false;
                for endpoint in reconcile(&mut watched, there, engines) {
                    let stop = shutdown.child_token();
                    watched.push(Watched {
                        endpoint: endpoint.clone(),
                        stop: stop.clone(),
                        gone: None,
                    });
                    watches.push(follow(endpoint, swarm, engines, stop));
                }
                order(&mut watched, locations, engines);
            }
        }
    }
    while watches.next().await.is_some() {}
}

/// Drops the engines that are gone; which are new.
fn reconcile(
    watched: &mut Vec<Watched>,
    there: Vec<Endpoint>,
    engines: &Sender<Vec<Engine>>,
) -> Vec<Endpoint> {
    let now = Instant::now();
    watched.retain_mut(|one| {
        if there.contains(&one.endpoint) {
            one.gone = None;
            return true;
        }
        if now - *one.gone.get_or_insert(now) < GONE_LIMIT {
            return true;
        }
        info!(engine = %one.endpoint, "its socket is gone, and its routes with it");
        one.stop.cancel();
        let text = one.endpoint.to_string();
        engines.send_modify(|all| all.retain(|engine| engine.asked_endpoint() != text));
        false
    });
    let known = |endpoint: &Endpoint| watched.iter().any(|one| one.endpoint == *endpoint);
    there
        .into_iter()
        .filter(|endpoint| !known(endpoint))
        .collect()
}

/// Brings all into the order of the locations: what is first must not depend on who came first.
fn order(watched: &mut [Watched], locations: &[EngineLocation], engines: &Sender<Vec<Engine>>) {
    watched.sort_by_cached_key(|one| (rank(&one.endpoint, locations), one.endpoint.to_string()));
    let wanted: Vec<String> = watched.iter().map(|one| one.endpoint.to_string()).collect();
    engines.send_if_modified(|all| {
        let engines = all.iter().filter(|engine| engine.swarm.is_none());
        if engines.map(|engine| &engine.endpoint).eq(&wanted) {
            return false;
        }
        let new = wanted
            .iter()
            .filter(|&text| all.iter().all(|one| one.endpoint != *text));
        let new: Vec<Engine> = new.map(Engine::at).collect();
        all.extend(new);
        let location = |engine: &Engine| {
            wanted
                .iter()
                .position(|text| text == engine.asked_endpoint())
        };
        all.sort_by_key(|engine| (location(engine), engine.swarm.is_some()));
        true
    });
}

/// Which location an engine belongs to.
fn rank(endpoint: &Endpoint, locations: &[EngineLocation]) -> usize {
    let own =
        |location: &EngineLocation| matches!(location, EngineLocation::Fixed(at) if at == endpoint);
    let matching = |location: &EngineLocation| match (location, endpoint.socket()) {
        (EngineLocation::Pattern(pattern), Some(path)) => {
            glob::Pattern::new(pattern).is_ok_and(|pattern| pattern.matches_path(path))
        }
        _ => false,
    };
    let found = locations.iter().position(own);
    let found = found.or_else(|| locations.iter().position(matching));
    found.unwrap_or(locations.len())
}

async fn follow(
    endpoint: Endpoint,
    with_swarm: bool,
    engines: &Sender<Vec<Engine>>,
    stop: CancellationToken,
) {
    let publish = |engine: &Engine| {
        engines.send_if_modified(|all| {
            let mut all = all.iter_mut();
            let location = all.find(|location| location.endpoint == engine.endpoint);
            let location = location.filter(|location| *location != engine);
            location
                .map(|location| location.clone_from(engine))
                .is_some()
        });
    };
    let host = endpoint.to_string();
    let publish_swarm = |swarm: Option<&Engine>| {
        engines.send_if_modified(|all| {
            let is_swarm = |one: &Engine| one.swarm.is_some() && one.asked_endpoint() == host;
            let old = all.iter().position(is_swarm);
            match (old.map(|at| &mut all[at]), swarm) {
                (Some(old), Some(new)) if old == new => return false,
                (Some(old), Some(new)) => old.clone_from(new),
                (Some(_), None) => all.retain(|one| !is_swarm(one)),
                (None, None) => return false,
                (None, Some(new)) => match all.iter().position(|one| one.endpoint == host) {
                    Some(at) => all.insert(at + 1, new.clone()),
                    None => return false,
                },
            }
            true
        });
    };
    let watching_swarm = async {
        if with_swarm {
            swarm::watch(&endpoint, publish_swarm, stop.clone()).await;
        }
    };
    tokio::join!(watch(&endpoint, publish, stop.clone()), watching_swarm);
}
