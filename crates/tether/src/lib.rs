//! The hub (tether): collects the routes of all hosts from their agents and serves them as one
//! Traefik configuration.
//!
//! The way of the data: `agents` → `compile` → `hub` → `merge` → `publish` → `serve` and
//! `dashboard`.

pub mod agents;
pub mod app;
pub mod auth;
mod blocking;
pub mod commands;
pub mod compile;
mod dashboard;
#[cfg(feature = "demo")]
pub mod demo;
mod fleet;
pub mod gateways;
pub mod hub;
mod local_file;
pub mod merge;
pub mod probe;
pub mod publish;
pub mod serve;
pub mod settings;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use anyhow::Context;
use tether_runtime::machine::in_container;
use tetherd::AgentConfig;
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use traefik_config::TraefikVersion;

use crate::auth::Tokens;
use crate::gateways::Gateway;
use crate::hub::Hub;
use crate::settings::{Settings, usual_entry_points};

/// The longest wait for the first answers of the gateways, whose versions decide what is served.
const FIRST_LOOK_LIMIT: Duration = Duration::from_secs(2);

/// Runs the hub until `shutdown`.
///
/// # Errors
/// If it cannot listen on the port, or a setting of the agent inside the hub is wrong.
pub async fn run(
    settings: Settings,
    tokens: Tokens,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let agent = settings.agent()?;
    let gateways = Gateway::all(&settings)?;
    let listener = listen(settings.address, settings.port).await?;
    let address = listener
        .local_addr()
        .context("the listener has no address")?;
    tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), "hub listening");
    if tokens.open {
        tracing::warn!("--no-auth: anyone who can reach this port may add routes and read them");
    }
    let (traefik, newest) = (settings.traefik_version.or_newest(), TraefikVersion::NEWEST);
    if traefik > newest {
        tracing::warn!(
            "--traefik-version: Traefik {traefik} is newer than this hub, which supports up to \
             {newest} and leaves out newer fields"
        );
    }
    let parts = Parts { agent, gateways };
    run_with(listener, settings, tokens, parts, shutdown).await;
    Ok(())
}

/// The optional parts of a hub.
struct Parts {
    /// The agent inside the hub.
    agent: Option<AgentConfig>,
    /// The gateways whose API it reads.
    gateways: Vec<Gateway>,
}

/// Runs a hub without its own agent on `listener` until `shutdown`. Gateways that the settings
/// describe wrongly are left out.
pub async fn run_on(
    listener: TcpListener,
    settings: Settings,
    tokens: Tokens,
    shutdown: CancellationToken,
) {
    let gateways = Gateway::all(&settings).unwrap_or_else(|error| {
        tracing::error!("{error:#}");
        Vec::new()
    });
    let parts = Parts {
        agent: None,
        gateways,
    };
    run_with(listener, settings, tokens, parts, shutdown).await;
}

async fn run_with(
    listener: TcpListener,
    settings: Settings,
    tokens: Tokens,
    parts: Parts,
    shutdown: CancellationToken,
) {
    let hub = Hub::new(&settings);
    let tasks = TaskTracker::new();
    let same_loopback = !in_container() || parts.gateways.iter().any(Gateway::is_local);
    let entry_points = settings.entry_point_ports();
    let entry_points = entry_points.unwrap_or_else(usual_entry_points);
    watch_gateways(&hub, parts.gateways, entry_points, &tasks, &shutdown).await;
    if let Some(agent) = parts.agent {
        // A separate task, so that a panic does not affect the hub.
        tasks.spawn(agents::in_process::run(
            hub.clone(),
            agent,
            shutdown.clone(),
        ));
    }
    if !settings.no_probe {
        // The same holds for this task.
        let (prober, local) = (hub.clone(), hub.clone());
        tasks.spawn(probe::watch(
            hub.snapshots(),
            move |results| prober.probe(results),
            move || same_loopback || local.has_local_traefik(),
            shutdown.clone(),
        ));
    }
    let app = app::app(&hub, &settings, tokens, tasks.clone(), &shutdown);
    tokio::join!(
        hub.run(&settings, shutdown.clone()),
        serve::serve(listener, app, tasks, shutdown.clone()),
    );
    tracing::info!("hub stopped");
}

/// Starts the watch of the gateways, and waits a moment for their first answers.
async fn watch_gateways(
    hub: &Hub,
    gateways: Vec<Gateway>,
    entry_points: BTreeMap<String, u16>,
    tasks: &TaskTracker,
    shutdown: &CancellationToken,
) {
    let count = gateways.len();
    let mut observed = hub.observed();
    let observer = hub.clone();
    let publish = move |observed| observer.observe(observed);
    tasks.spawn(gateways::run(
        gateways,
        entry_points,
        hub.snapshots(),
        publish,
        shutdown.clone(),
    ));
    let answered =
        observed.wait_for(|observed| observed.gateways.len() == count && observed.is_complete());
    tokio::select! {
        // A gateway may start after the hub, or not at all.
        _ = timeout(FIRST_LOOK_LIMIT, answered) => {}
        () = shutdown.cancelled() => {}
    }
}

/// Listens on `address`, or on every address of this host: IPv6 with IPv4 where there is IPv6, else
/// IPv4.
async fn listen(address: Option<IpAddr>, port: u16) -> anyhow::Result<TcpListener> {
    let hint = || {
        format!(
            "cannot listen on port {port}: is another program using it? \
             Stop it or set TETHER_PORT"
        )
    };
    if let Some(address) = address {
        return TcpListener::bind((address, port)).await.with_context(hint);
    }
    match TcpListener::bind((Ipv6Addr::UNSPECIFIED, port)).await {
        Ok(listener) => Ok(listener),
        // The host has no IPv6.
        Err(error) if error.kind() != std::io::ErrorKind::AddrInUse => {
            TcpListener::bind((Ipv4Addr::UNSPECIFIED, port))
                .await
                .with_context(hint)
        }
        Err(error) => Err(error).with_context(hint),
    }
}
