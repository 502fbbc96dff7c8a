//! What is left out without harm: services that nobody uses, and containers that run beside a
//! service.

use anyhow::{Result, ensure};

use crate::harness::{Hub, SimulatedHost, Traefik, needs, soon, web};

#[tokio::test]
async fn what_nobody_uses_costs_nothing() -> Result<()> {
    needs!(Traefik);
    let hub = Hub::without_grace().await?;
    let traefik = Traefik::start(&hub).await?;
    let port = "loadbalancer.server.port";
    let app = web("app")
        .label("traefik.http.routers.app.service", "app")
        .label(format!("traefik.http.services.app.{port}"), "80")
        .label(format!("traefik.http.services.noop.{port}"), "9999")
        .label(format!("traefik.tcp.services.noop.{port}"), "9998")
        .label(format!("traefik.udp.services.noop.{port}"), "9997");
    let one_off = web("shell").label("com.docker.compose.oneoff", "True");
    let (engine, _agent) = SimulatedHost::start(&hub, "h1", [app, one_off]).await?;
    traefik.answers("app.test", 200).await?;
    hub.row("agents", "the agent", |row| row["name"] == "h1")
        .await?;
    let state = hub.state().await?;
    let problems = state["problems"].as_array().cloned().unwrap_or_default();
    let notes = problems.iter().filter(|row| {
        let message = row["message"].as_str().unwrap_or_default();
        row["severity"] == "info" && message.contains("only this service is left out")
    });
    ensure!(notes.count() == 3, "{problems:#?}");
    ensure!(problems.len() == 3, "{problems:#?}");
    ensure!(traefik.ask("shell.test").await?.status == 404);

    // It says so itself.
    let served = web("job").label("com.docker.compose.oneoff", "True");
    engine.run(served.label("tether.oneoff", "true")).await?;
    traefik.answers("job.test", 200).await?;
    soon("the others are as they were", async || {
        let config = hub.config().await?;
        let services = &config["http"]["services"];
        ensure!(services["shell"].is_null() && services["app"].is_object());
        Ok(())
    })
    .await
}
