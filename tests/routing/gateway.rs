//! A gateway as our compose files lay it: hub and Traefik in containers, and beside them an agent
//! of the same host, which reaches the hub at loopback.

use std::net::SocketAddr;

use anyhow::{Result, ensure};

use crate::harness::{Binaries, Engine, Load, TOKEN, get_with, needs, soon, traefik_program};

/// How often the hub's container is restarted.
const ROUNDS: usize = 3;

#[tokio::test]
async fn requests_succeed_while_a_hub_in_a_container_restarts() -> Result<()> {
    needs!(Docker, Traefik);
    let engine = Engine::start("gateway").await?;
    engine.docker(&["network", "create", "gateway"])?;
    let token = format!("TETHER_TOKEN={TOKEN}");
    let flags = ["--network", "gateway", "-p", "3000:3000", "-e", &token];
    engine.run_program("tether", &Binaries::get()?.tether, &flags, &[])?;
    let flags = ["--network", "gateway", "-p", "80:80"];
    let authorization = format!("--providers.http.headers.Authorization=Bearer {TOKEN}");
    let arguments = [
        "--entryPoints.web.address=:80",
        "--providers.http.endpoint=http://tether:3000/config?wait=3s",
        "--providers.http.pollInterval=1s",
        &authorization,
        "--providers.providersThrottleDuration=100ms",
    ];
    engine.run_program("traefik", &traefik_program(), &flags, &arguments)?;
    let endpoint = engine.endpoint();
    let agent = engine.agent_with(&[
        ("TETHERD_SERVER", "http://127.0.0.1:3000"),
        ("DOCKER_HOST", &endpoint),
    ])?;

    engine.serve("steady")?;
    let entry_point = SocketAddr::from((engine.machine.address, 80));
    answers(entry_point, "steady.test").await?;
    let mut load = Load::at(entry_point, "steady.test");
    load.wait_for(50).await?;
    for round in 0..ROUNDS {
        engine.docker(&["restart", "tether"])?;
        load.wait_for(50).await?;
        // An answer for this one shows that Traefik has read the new hub.
        let news = format!("news{round}");
        engine.serve(&news)?;
        answers(entry_point, &format!("{news}.test")).await?;
    }
    load.finish().await?;

    // While the hub is away nothing is known less of where this host is.
    let said = agent.process.lines();
    let mut routed = said.iter().filter(|line| line.contains(" at 127.0.0.1:"));
    ensure!(routed.next().is_none(), "{said:#?}");
    Ok(())
}

#[tokio::test]
async fn an_agent_in_a_container_explains_that_localhost_is_the_container() -> Result<()> {
    needs!(Docker);
    let engine = Engine::start("lost").await?;
    let socket = format!("{}:/var/run/docker.sock", engine.socket());
    engine.run_program("tetherd", &Binaries::get()?.tetherd, &["-v", &socket], &[])?;
    let words = engine.spawn_client(&["logs", "--follow", "tetherd"])?;
    words
        .line(&["nothing listens", "the container itself"])
        .await?;
    Ok(())
}

/// Waits until a request for this host name is answered.
async fn answers(entry_point: SocketAddr, host: &str) -> Result<()> {
    let url = format!("http://{entry_point}/");
    soon(host, async || {
        get_with(&url, &[("host", host)]).await?.expect(200)
    })
    .await?;
    Ok(())
}
