//! Several hosts with replicas, several hubs with the same agents, several Traefiks of one hub.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::harness::{Engine, Hub, Load, Traefik, needs, soon};

/// Two seconds at the load's pace: longer than Traefik's poll.
const A_WHILE: usize = 200;

#[tokio::test]
async fn a_stopped_replica_loses_no_request() -> Result<()> {
    needs!(Docker, Traefik);
    let hub = Hub::without_grace().await?;
    let traefik = Traefik::start(&hub).await?;
    let hosts = [Engine::start("one").await?, Engine::start("two").await?];
    let mut agents = Vec::new();
    for host in &hosts {
        replica(host)?;
        agents.push(host.agent(&hub)?);
    }
    servers(&hub, 2).await?;
    traefik.answers("shared.test", 200).await?;
    let mut load = Load::start(traefik.web, "shared.test");
    load.wait_for(A_WHILE).await?;

    // The first process of a container ignores signals that it does not handle, so only the second
    // signal, a second after the first, ends it.
    hosts[0].docker(&["stop", "--time", "1", "shared"])?;
    servers(&hub, 1).await?;
    load.wait_for(A_WHILE).await?;
    hosts[0].docker(&["start", "shared"])?;
    servers(&hub, 2).await?;
    load.wait_for(A_WHILE).await?;
    hosts[1].docker(&["stop", "--time", "1", "shared"])?;
    servers(&hub, 1).await?;
    load.wait_for(A_WHILE).await?;
    load.finish().await?;
    Ok(())
}

#[tokio::test]
async fn two_hubs_serve_the_same_and_either_may_fail() -> Result<()> {
    needs!(Docker, Traefik);
    let mut hubs = [Hub::start().await?, Hub::start().await?];
    let traefiks = [
        Traefik::start(&hubs[0]).await?,
        Traefik::start(&hubs[1]).await?,
    ];
    let hosts = [Engine::start("one").await?, Engine::start("two").await?];
    let mut agents = Vec::new();
    for host in &hosts {
        replica(host)?;
        agents.push(host.agent_for(&[&hubs[0], &hubs[1]])?);
    }
    hosts[0].serve("steady")?;
    for hub in &hubs {
        servers(hub, 2).await?;
        hub.route("steady").await?;
    }
    soon("both hubs say the same", async || {
        let one = hubs[0].get("/config").await?.expect(200)?;
        let other = hubs[1].get("/config").await?.expect(200)?;
        ensure!(
            one.body == other.body,
            "{:?} and {:?}",
            one.text(),
            other.text()
        );
        Ok(())
    })
    .await?;

    let mut loads = Vec::new();
    for traefik in &traefiks {
        traefik.answers("steady.test", 200).await?;
        loads.push(Load::start(traefik.web, "steady.test"));
    }
    hubs[0].process.kill()?;
    hosts[1].serve("news")?;
    traefiks[1].answers("news.test", 200).await?;
    for mut load in loads {
        load.wait_for(A_WHILE).await?;
        load.finish().await?;
    }
    Ok(())
}

#[tokio::test]
async fn several_traefiks_of_one_hub_get_the_same_routes() -> Result<()> {
    needs!(Docker, Traefik);
    let hub = Hub::without_grace().await?;
    let traefiks = [Traefik::start(&hub).await?, Traefik::start(&hub).await?];
    let host = Engine::start("one").await?;
    let _agent = host.agent(&hub)?;
    for name in ["first", "second", "third"] {
        host.serve(name)?;
        for traefik in &traefiks {
            traefik.answers(&format!("{name}.test"), 200).await?;
        }
        same(&traefiks).await?;
    }
    host.docker(&["rm", "-f", "second"])?;
    for traefik in &traefiks {
        traefik.answers("second.test", 404).await?;
    }
    same(&traefiks).await
}

/// One of several containers that answer for `shared.test`.
fn replica(host: &Engine) -> Result<()> {
    host.run(
        "shared",
        &[
            "--stop-signal",
            "TERM",
            "-p",
            "80",
            "-l",
            "traefik.enable=true",
            "-l",
            "traefik.http.routers.shared.rule=Host(`shared.test`)",
            "-l",
            "traefik.http.services.shared.loadbalancer.server.port=80",
        ],
    )?;
    Ok(())
}

/// Waits until the service of the replicas has so many servers.
async fn servers(hub: &Hub, count: usize) -> Result<()> {
    soon(&format!("{count} servers"), async || {
        let config = hub.config().await?;
        let servers = &config["http"]["services"]["shared"]["loadBalancer"]["servers"];
        let servers = servers.as_array().context("no service")?;
        ensure!(servers.len() == count, "{servers:?}");
        Ok(())
    })
    .await
}

/// Waits until all that the Traefiks run is the same.
async fn same(traefiks: &[Traefik; 2]) -> Result<()> {
    soon("both Traefiks run the same", async || {
        let [one, other] = [traefiks[0].rawdata().await?, traefiks[1].rawdata().await?];
        let of_hub = |data: &Value| {
            let routers = data["routers"].as_object();
            routers.map_or(0, |all| {
                all.keys().filter(|name| name.ends_with("@http")).count()
            })
        };
        ensure!(of_hub(&one) > 0, "no routers of the hub");
        ensure!(one == other, "{one:#} and {other:#}");
        Ok(())
    })
    .await
}
