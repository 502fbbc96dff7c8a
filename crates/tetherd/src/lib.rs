//! The agent (tetherd): watches the Docker engines of one host and tells the hub which routes
//! their containers ask for. Settings enter, route sets leave over the wire `tether.v1`.
//!
//! Read in this order, as the data goes: [`docker`] (events and lists to snapshots), [`address`],
//! [`resolve`] (a container to servers), `agent` (all of it to a route set), `uplink`, `session`
//! (the route set to the hub; `legacy` for an older one); `connect` opens connections, `wire` is one
//! of them, `backoff` says when to try again, `report` logs what changed. [`drain`] takes an agent
//! out from beside it; `knowledge` tells [`commands`] through `own_socket` what [`explain`] and
//! `health` make of it all.

mod backoff;
pub mod commands;
mod connect;
pub mod docker;
pub mod drain;
pub mod explain;
mod health;
pub mod host;
mod hub_status;
mod knowledge;
mod legacy;
mod log;
mod once;
mod own_socket;
mod refused;
pub mod resolve;
mod session;
pub mod settings;
mod uplink;
mod wire;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::Context;
use futures_util::future::join_all;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use docker::Engine;
use host::Links;
use hub_status::HubStatus;
use knowledge::Knowledge;
pub use once::route_set;
use resolve::publication::{self, Word};
pub use settings::AgentConfig;
use tether_proto::Hello;
use traefik_config::RouteSet;
use uplink::Uplink;

/// A hub is told who the engines are in the first message if they answer by then.
const HELLO_PATIENCE: Duration = Duration::from_secs(3);

/// The kernel's name of this host, for engines that do not know theirs.
const HOST_NAME: &str = "/proc/sys/kernel/hostname";

/// Runs an agent until `shutdown` is cancelled; faults of engines and hubs are outlived.
///
/// # Errors
/// If the agent cannot work at all: its certificates cannot be read, or there is no randomness.
pub async fn run(config: AgentConfig, shutdown: CancellationToken) -> anyhow::Result<()> {
    run_with(config, None, shutdown).await
}

/// Runs an agent within the hub's own process until `shutdown`: what it has to say goes to `told`
/// and over no connection, so its servers and token do not count.
///
/// # Errors
/// As [`run`].
pub async fn run_inside(
    config: AgentConfig,
    told: watch::Sender<Option<Told>>,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let config = AgentConfig {
        servers: Vec::new(),
        ..config
    };
    run_with(config, Some(told), shutdown).await
}

/// What an agent within the hub's process has to say.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// Who it is.
    pub hello: Hello,
    /// Its newest route set.
    pub routes: Arc<RouteSet>,
}

async fn run_with(
    config: AgentConfig,
    told: Option<watch::Sender<Option<Told>>>,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let config = Arc::new(config);
    let trust = connect::trust(config.ca_file.as_deref())?;
    let instance = getrandom::u64().context("the system has no random numbers")?;
    let engines = watch::Sender::new(Vec::new());
    let links = Arc::new(watch::Sender::new(Links::from_iter(vec![
        None;
        config
            .servers
            .len()
    ])));
    let word = watch::Sender::new(Word::default());
    let instance = format!("{instance:016x}");
    let servers = config.servers.iter();
    let known = Knowledge {
        config: config.clone(),
        name: OnceLock::new(),
        engines: engines.subscribe(),
        links: links.subscribe(),
        hubs: servers
            .map(|server| HubStatus::new(server.to_string()))
            .collect(),
    };

    // All in one task: a fault of ours in one part ends the agent, which is then started anew,
    // and never leaves it running without that part.
    let watching = docker::watch_all(&config.engines, config.swarm, &engines, &shutdown);
    let assembling = publication::run(
        &config,
        engines.subscribe(),
        links.subscribe(),
        &word,
        &shutdown,
    );
    let connecting = async {
        let Some(name) = name(&config, engines.subscribe(), &shutdown).await else {
            return;
        };
        // Nobody else sets it.
        let _ = known.name.set(name.clone());
        if let Some(told) = &told {
            let (engines, word) = (engines.subscribe(), word.subscribe());
            let hello = || uplink::hello(&config, &name, &instance, &engines.borrow(), None);
            let telling = tell(told, word, hello);
            return shutdown.run_until_cancelled(telling).await.unwrap_or(());
        }
        let hubs = config.servers.iter().cloned().zip(&known.hubs);
        let uplinks = hubs.enumerate().map(|(index, (server, status))| {
            let uplink = Uplink {
                config: config.clone(),
                index,
                name: name.clone(),
                instance: instance.clone(),
                trust: trust.clone(),
                engines: engines.subscribe(),
                word: word.subscribe(),
                links: links.clone(),
                status: status.clone(),
            };
            uplink.run(server, shutdown.clone())
        });
        join_all(uplinks).await;
    };
    let answering = async {
        // Who asks an agent means the one that is a program of its own.
        if told.is_none() {
            own_socket::serve(&known, &instance, &shutdown).await;
        }
    };
    tokio::join!(watching, assembling, connecting, answering);
    Ok(())
}

/// Passes each word on that says something, as long as there are any.
async fn tell(
    told: &watch::Sender<Option<Told>>,
    mut word: watch::Receiver<Word>,
    hello: impl Fn() -> Hello,
) {
    loop {
        let newest = word.borrow_and_update().clone();
        if newest.is_ready() {
            told.send_replace(Some(Told {
                hello: hello(),
                routes: newest.routes,
            }));
        }
        if word.changed().await.is_err() {
            return;
        }
    }
}

/// The agent's name, once the engines had their chance to be heard; none at shutdown.
async fn name(
    config: &AgentConfig,
    mut engines: watch::Receiver<Vec<Engine>>,
    shutdown: &CancellationToken,
) -> Option<String> {
    let all = engines
        .wait_for(|engines| !engines.is_empty() && engines.iter().all(|engine| engine.listed));
    let patience = timeout(HELLO_PATIENCE, all);
    tokio::select! {
        () = shutdown.cancelled() => return None,
        // Late is no fault: what is not heard by now is told later.
        _ = patience => {}
    }
    if let Some(name) = &config.name {
        return Some(name.clone());
    }
    if !engines.borrow().first().is_some_and(|first| first.listed) {
        info!(
            "waiting for the engine to tell its host's name, which is this agent's: set \
             TETHERD_NAME to connect without it"
        );
    }
    let first = tokio::select! {
        () = shutdown.cancelled() => return None,
        engines = engines.wait_for(|engines| engines.first().is_some_and(|first| first.listed)) => {
            engines.ok()?.first()?.name.clone()
        }
    };
    Some(first.unwrap_or_else(|| {
        let name = std::fs::read_to_string(HOST_NAME).unwrap_or_default();
        let name = if name.trim().is_empty() { "unnamed" } else { name.trim() };
        warn!("the engine does not tell its host's name: this agent is `{name}`; set TETHERD_NAME to change that");
        name.to_owned()
    }))
}
