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
pub mod hub;
mod local_file;
pub mod merge;
pub mod publish;
pub mod serve;
pub mod settings;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use anyhow::Context;
use tetherd::AgentConfig;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use traefik_config::TraefikVersion;

use crate::auth::Tokens;
use crate::hub::Hub;
use crate::settings::Settings;

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
    let listener = listen(settings.address, settings.port).await?;
    let address = listener
        .local_addr()
        .context("the listener has no address")?;
    tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), "hub listening");
    if tokens.open {
        tracing::warn!("--no-auth: anyone who can reach this port may add routes and read them");
    }
    let (traefik, newest) = (settings.traefik_version, TraefikVersion::NEWEST);
    if traefik > newest {
        tracing::warn!(
            "--traefik-version: Traefik {traefik} is newer than this hub, which supports up to \
             {newest} and leaves out newer fields"
        );
    }
    run_with(listener, settings, tokens, agent, shutdown).await;
    Ok(())
}

/// Runs a hub without its own agent on `listener` until `shutdown`.
pub async fn run_on(
    listener: TcpListener,
    settings: Settings,
    tokens: Tokens,
    shutdown: CancellationToken,
) {
    run_with(listener, settings, tokens, None, shutdown).await;
}

async fn run_with(
    listener: TcpListener,
    settings: Settings,
    tokens: Tokens,
    agent: Option<AgentConfig>,
    shutdown: CancellationToken,
) {
    let hub = Hub::new(&settings);
    let tasks = TaskTracker::new();
    if let Some(agent) = agent {
        // A separate task, so that a panic does not affect the hub.
        tasks.spawn(agents::in_process::run(
            hub.clone(),
            agent,
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
