//! Starts a simulated engine with a real agent, for tests that need no Docker.

use std::net::Ipv4Addr;

use anyhow::Result;
use docker_sim::{ContainerSpec, Engine};
use tempfile::TempDir;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{Agent, Hub};

/// A simulated host on an address of its own within this machine.
#[derive(Debug)]
pub(crate) struct SimulatedHost {
    /// The agent.
    pub(crate) agent: Agent,
    /// `DOCKER_HOST` for a client of the engine.
    pub(crate) endpoint: String,
    _folder: TempDir,
    _stop: DropGuard,
}

impl SimulatedHost {
    /// Starts an engine with these containers, and its agent.
    pub(crate) async fn start(
        hub: &Hub,
        name: &str,
        containers: impl IntoIterator<Item = ContainerSpec>,
    ) -> Result<(Engine, Self)> {
        Self::with(&[], hub, name, containers).await
    }

    /// The same, with more settings for the agent.
    pub(crate) async fn with(
        settings: &[(&str, &str)],
        hub: &Hub,
        name: &str,
        containers: impl IntoIterator<Item = ContainerSpec>,
    ) -> Result<(Engine, Self)> {
        let folder = tempfile::tempdir()?;
        let address = Ipv4Addr::new(127, 0, 0, 2);
        let engine = Engine::new(name).with_host_address(address);
        let shutdown = CancellationToken::new();
        let socket = folder.path().join("docker.sock");
        engine.serve_unix(&socket, shutdown.clone())?;
        for container in containers {
            engine.run(container).await?;
        }
        let endpoint = format!("unix://{}", socket.display());
        let (url, address) = (hub.url(""), address.to_string());
        let defaults = [
            ("TETHERD_SERVER", url.as_str()),
            ("TETHERD_NAME", name),
            ("TETHERD_HOST_IP", &address),
            ("DOCKER_HOST", &endpoint),
        ];
        let agent = Agent::start(&[&defaults, settings].concat())?;
        let simulated = Self {
            agent,
            endpoint,
            _folder: folder,
            _stop: shutdown.drop_guard(),
        };
        Ok((engine, simulated))
    }
}

/// A container that answers for `NAME.test`.
pub(crate) fn web(name: &str) -> ContainerSpec {
    ContainerSpec::new(name)
        .label("traefik.enable", "true")
        .label(
            format!("traefik.http.routers.{name}.rule"),
            format!("Host(`{name}.test`)"),
        )
        .publish(80)
        .listening()
}
