//! A hub that serves its own machine's containers without a separate agent.

use std::net::Ipv4Addr;

use anyhow::{Result, ensure};
use docker_sim::Engine;
use tokio_util::sync::CancellationToken;

use crate::harness::{Hub, Traefik, needs, soon, web};

#[tokio::test]
async fn the_hubs_own_agent_routes_containers_of_its_host() -> Result<()> {
    needs!(Traefik);
    let folder = tempfile::tempdir()?;
    let address = Ipv4Addr::new(127, 0, 0, 2);
    let engine = Engine::new("gateway").with_host_address(address);
    let stop = CancellationToken::new();
    let _stop = stop.clone().drop_guard();
    let socket = folder.path().join("docker.sock");
    engine.serve_unix(&socket, stop)?;
    engine.run(web("first")).await?;

    let (endpoint, address) = (format!("unix://{}", socket.display()), address.to_string());
    let settings = [
        ("TETHER_DOCKER", endpoint.as_str()),
        ("TETHERD_HOST_IP", &address),
        ("TETHER_STARTUP_GRACE", "0s"),
    ];
    let mut hub = Hub::with(&settings).await?;
    let traefik = Traefik::start(&hub).await?;
    let answer = traefik.answers("first.test", 200).await?;
    ensure!(answer.text()?.contains("container: first"), "{answer:?}");
    let agent = hub
        .row("agents", "the engine's host", |row| {
            row["name"] == "gateway"
        })
        .await?;
    ensure!(agent["state"] == "live", "{agent}");

    // It lives on like any agent: what starts is served, and what moves is found again.
    engine.run(web("second")).await?;
    traefik.answers("second.test", 200).await?;
    engine.restart("first").await?;
    traefik.answers("first.test", 200).await?;
    engine.remove("second").await?;
    traefik.answers("second.test", 404).await?;

    hub.process.kill()?;
    hub.start_again().await?;
    hub.route("first").await?;
    soon("the route is served again", async || {
        let config = hub.config().await?;
        ensure!(config["http"]["routers"]["first"].is_object(), "{config}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_wrong_setting_of_the_hubs_own_agent_stops_the_start() -> Result<()> {
    let token = ("TETHER_TOKEN", "secret");
    let wrong = [token, ("TETHERD_CONSTRAINTS", "Lable(`a`)")];
    let mut hub = Hub::spawn(&wrong, &["--docker"])?;
    let status = hub.exited(std::time::Duration::from_secs(10)).await?;
    ensure!(status.code() == Some(2), "{status}");
    hub.line(&["--docker"]).await?;
    hub.line(&["--constraints"]).await?;
    Ok(())
}
