//! Agents that reach the hub through the Traefik that the hub feeds: the one way to TLS that needs
//! no more than Traefik itself. Neither of the two can wait for the other.

use std::fs;

use anyhow::{Context, Result, ensure};
use docker_sim::Engine;
use serde_json::json;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::harness::{Agent, Hub, Load, Traefik, free_port, needs, web};

/// The gateway's settings and the file that leads agents to the hub.
struct Gateway {
    hub: u16,
    api: u16,
    /// The port of the entry point for agents.
    agents: u16,
    folder: TempDir,
}

impl Gateway {
    fn new() -> Result<Self> {
        let gateway = Self {
            hub: free_port()?,
            api: free_port()?,
            agents: free_port()?,
            folder: tempfile::tempdir()?,
        };
        let file = json!({
            "http": {
                "routers": { "tether": {
                    "rule": "Host(`127.0.0.1`)", "service": "tether", "entryPoints": ["agents"],
                } },
                "services": { "tether": { "loadBalancer": {
                    "servers": [{ "url": format!("http://127.0.0.1:{}", gateway.hub) }],
                } } },
            },
        });
        // JSON is YAML, too.
        fs::write(gateway.folder.path().join("dynamic.yml"), file.to_string())?;
        Ok(gateway)
    }

    async fn hub(&self) -> Result<Hub> {
        let file = self.folder.path().join("dynamic.yml");
        let settings = [
            (
                "TETHER_CONFIG",
                file.to_str().context("a path that is no text")?,
            ),
            (
                "TETHER_TRAEFIK_API",
                &format!("http://127.0.0.1:{}", self.api),
            ),
        ];
        Hub::at(self.hub, &settings).await
    }

    async fn traefik(&self) -> Result<Traefik> {
        let endpoint = format!("http://127.0.0.1:{}/config?wait=3s", self.hub);
        let sections = json!({
            "entryPoints": { "agents": { "address": format!("127.0.0.1:{}", self.agents) } },
            "providers": Traefik::provider(&endpoint, "1s"),
        });
        Traefik::with_api(self.api, sections).await
    }
}

#[tokio::test]
async fn agents_come_through_the_traefik_that_the_hub_feeds() -> Result<()> {
    needs!(Traefik);
    let gateway = Gateway::new()?;
    let engine = Engine::new("worker").with_host_address([127, 0, 0, 2]);
    let stop = CancellationToken::new();
    let _stop = stop.clone().drop_guard();
    let socket = gateway.folder.path().join("docker.sock");
    engine.serve_unix(&socket, stop)?;
    engine.run(web("app")).await?;

    let mut hub = gateway.hub().await?;
    let traefik = gateway.traefik().await?;
    let mut agent = Agent::start(&[
        (
            "TETHERD_SERVER",
            &format!("http://127.0.0.1:{}", gateway.agents),
        ),
        ("TETHERD_NAME", "worker"),
        ("TETHERD_HOST_IP", "127.0.0.2"),
        ("DOCKER_HOST", &format!("unix://{}", socket.display())),
    ])?;
    traefik.answers("app.test", 200).await?;

    // A new hub beside a running Traefik takes nothing away.
    let mut load = Load::start(traefik.web, "app.test");
    load.wait_for(50).await?;
    hub.process.kill()?;
    hub.start_again().await?;
    hub.row("agents", "the agent is back", |row| {
        row["name"] == "worker" && row["state"] == "live"
    })
    .await?;
    hub.route("app").await?;
    load.wait_for(50).await?;

    // Not even if no agent comes back.
    agent.process.kill()?;
    hub.process.kill()?;
    hub.start_again().await?;
    load.wait_for(300).await?;
    ensure!(hub.get("/config").await?.status == 503);
    load.finish().await?;
    agent.start_again()?;
    hub.route("app").await?;

    // The whole gateway reboots.
    drop(traefik);
    hub.process.kill()?;
    let traefik = gateway.traefik().await?;
    hub.start_again().await?;
    traefik.answers("app.test", 200).await?;
    Ok(())
}
