//! A host dies and another one takes its service over.

use std::time::Instant;

use anyhow::{Result, ensure};

use crate::harness::{Hub, Load, SimulatedHost, Traefik, needs, soon, web};

/// Three seconds at the load's pace.
const A_WHILE: usize = 300;

#[tokio::test]
async fn what_lives_is_served_before_what_is_lost() -> Result<()> {
    needs!(Traefik);
    let hub = Hub::without_grace().await?;
    let traefik = Traefik::start(&hub).await?;
    let (engine, mut dead) = SimulatedHost::start(&hub, "h1", [web("app")]).await?;
    traefik.answers("app.test", 200).await?;

    // The same service with one label more cannot be balanced with the first one.
    let other = web("app").label("traefik.http.middlewares.zip.compress", "true");
    let other = other.label("traefik.http.routers.app.middlewares", "zip");
    let (_other_engine, _live) = SimulatedHost::start(&hub, "h2", [other]).await?;
    let problem = hub.problem("router_conflict").await?;
    ensure!(problem["origin"]["agent"] == "h2", "{problem}");

    let died = Instant::now();
    dead.agent.process.kill()?;
    drop(engine);
    let problem = hub
        .row("problems", "the lost host gives way", |row| {
            row["code"] == "router_conflict" && row["origin"]["agent"] == "h1"
        })
        .await?;
    let message = problem["message"].as_str().unwrap_or_default();
    ensure!(message.contains("`h1` is not connected"), "{problem}");
    let router = soon("Traefik has it", async || {
        let routers = &traefik.rawdata().await?["routers"];
        let found = routers["app-h2@http"].clone();
        ensure!(found.is_object(), "{routers}");
        Ok(found)
    });
    ensure!(router.await?["status"] == "enabled");
    println!("taken over after {:?}", died.elapsed());
    traefik.answers("app.test", 200).await?;
    let mut load = Load::start(traefik.web, "app.test");
    load.wait_for(A_WHILE).await?;
    load.finish().await?;

    // When the first is back, precedence decides again.
    dead.agent.start_again()?;
    hub.row("problems", "the second host gives way", |row| {
        row["code"] == "router_conflict" && row["origin"]["agent"] == "h2"
    })
    .await?;
    Ok(())
}
