//! Runs the agent: watches the engines, keeps the route set current and keeps sessions with the
//! hubs, until shutdown.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::Context;
use futures_util::future::join_all;
use tether_proto::{Hello, RouteSet};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::docker::{self, Engine};
use crate::host::Links;
use crate::host::interfaces::machine_name;
use crate::hub::status::HubStatus;
use crate::hub::uplink::{Uplink, hello};
use crate::inspect::control_socket;
use crate::inspect::status::AgentStatus;
use crate::resolve::publication::{self, Publication};
use crate::settings::AgentConfig;

/// The first message to a hub names the engines that have answered by then.
const HELLO_ENGINES_LIMIT: Duration = Duration::from_secs(3);

/// Runs an agent until `shutdown` is cancelled. Failures of engines and hubs are retried.
///
/// # Errors
/// If the file with certificates cannot be read, or the system has no random numbers.
pub async fn run(config: AgentConfig, shutdown: CancellationToken) -> anyhow::Result<()> {
    run_with(config, None, shutdown).await
}

/// Runs an agent inside the hub's process until `shutdown`. It sends its routes to `announcements` instead of
/// over a connection, so its servers and its token are not used.
///
/// # Errors
/// As [`run`].
pub async fn run_in_process(
    config: AgentConfig,
    announcements: watch::Sender<Option<Announcement>>,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let config = AgentConfig {
        servers: Vec::new(),
        ..config
    };
    run_with(config, Some(announcements), shutdown).await
}

/// The messages of an agent inside the hub's process.
#[derive(Debug, Clone, PartialEq)]
pub struct Announcement {
    /// The identity of the agent.
    pub hello: Hello,
    /// Its current route set.
    pub routes: Arc<RouteSet>,
}

async fn run_with(
    config: AgentConfig,
    announcements: Option<watch::Sender<Option<Announcement>>>,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let config = Arc::new(config);
    let tls = config.tls()?;
    let instance = getrandom::u64().context("the system has no random numbers")?;
    let instance = format!("{instance:016x}");
    let engines = watch::Sender::new(Vec::new());
    let links: Links = vec![None; config.servers.len()];
    let links = Arc::new(watch::Sender::new(links));
    let publication = watch::Sender::new(Publication::default());
    let servers = config.servers.iter();
    let status = AgentStatus {
        config: config.clone(),
        name: OnceLock::new(),
        engines: engines.subscribe(),
        links: links.subscribe(),
        hubs: servers
            .map(|server| HubStatus::new(server.to_string()))
            .collect(),
    };

    let connecting = async {
        let Some(name) = agent_name(&config, engines.subscribe(), &shutdown).await else {
            return;
        };
        // Set only here.
        let _ = status.name.set(name.clone());
        if let Some(announcements) = &announcements {
            let hello = || hello(&config, &name, &instance, &engines.borrow(), None);
            let announcing = announce(announcements, publication.subscribe(), hello);
            return shutdown.run_until_cancelled(announcing).await.unwrap_or(());
        }
        let hubs = config.servers.iter().cloned().zip(&status.hubs);
        let uplinks = hubs.enumerate().map(|(index, (server, hub))| {
            let uplink = Uplink {
                config: config.clone(),
                index,
                name: name.clone(),
                instance: instance.clone(),
                trust: tls.clone(),
                engines: engines.subscribe(),
                publication: publication.subscribe(),
                links: links.clone(),
                status: hub.clone(),
            };
            uplink.run(server, shutdown.clone())
        });
        join_all(uplinks).await;
    };
    let answering = async {
        // Commands ask the agent that is a process of its own.
        if announcements.is_none() {
            control_socket::serve(&status, &instance, &shutdown).await;
        }
    };
    // All in one task: a panic in one part ends the whole agent, which is then restarted, and
    // never leaves it running without that part.
    tokio::join!(
        docker::watch_all(&config.engines, config.swarm, &engines, &shutdown),
        publication::run(
            &config,
            engines.subscribe(),
            links.subscribe(),
            &publication,
            &shutdown,
        ),
        connecting,
        answering
    );
    Ok(())
}

/// Sends each new route set to `announcements`.
async fn announce(
    announcements: &watch::Sender<Option<Announcement>>,
    mut publication: watch::Receiver<Publication>,
    hello: impl Fn() -> Hello,
) {
    loop {
        let newest = publication.borrow_and_update().clone();
        if newest.is_ready() {
            announcements.send_replace(Some(Announcement {
                hello: hello(),
                routes: newest.routes,
            }));
        }
        if publication.changed().await.is_err() {
            return;
        }
    }
}

/// The agent's name, once the engines had time to answer; none at shutdown.
async fn agent_name(
    config: &AgentConfig,
    mut engines: watch::Receiver<Vec<Engine>>,
    shutdown: &CancellationToken,
) -> Option<String> {
    let all_listed = engines
        .wait_for(|engines| !engines.is_empty() && engines.iter().all(|engine| engine.listed));
    tokio::select! {
        () = shutdown.cancelled() => return None,
        _ = timeout(HELLO_ENGINES_LIMIT, all_listed) => {}
    }
    if let Some(name) = &config.name {
        return Some(name.clone());
    }
    if !engines.borrow().first().is_some_and(|first| first.listed) {
        info!(
            "waiting for the engine: the name of its host is this agent's name; set TETHERD_NAME to \
             connect without it"
        );
    }
    let engine_name = tokio::select! {
        () = shutdown.cancelled() => return None,
        engines = engines.wait_for(|engines| engines.first().is_some_and(|first| first.listed)) => {
            engines.ok()?.first()?.name.clone()
        }
    };
    Some(engine_name.unwrap_or_else(|| {
        let name = match machine_name() {
            name if name.is_empty() => "unnamed".to_owned(),
            name => name,
        };
        warn!(
            "the engine does not tell the name of its host, so this agent is named `{name}`; set \
             TETHERD_NAME to change that"
        );
        name
    }))
}
