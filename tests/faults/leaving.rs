//! A host is removed for good, and nothing waits for it.

use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::harness::{Hub, Process, SimulatedHost, get, soon, web};

/// Longer than asking for an agent that may be on its way back takes.
const END: Duration = Duration::from_secs(20);

/// The output of a run of `tetherd drain`, and its exit code.
async fn drain(mut process: Process) -> Result<(String, Option<i32>)> {
    let status = process.exited(END).await?;
    // Its last line may still be on the way.
    let said = soon("what it said", async || {
        let lines = process.lines().join("\n");
        ensure!(!lines.is_empty(), "nothing");
        Ok(lines)
    });
    Ok((said.await?, status.code()))
}

/// A hub that must not be ready by its grace.
async fn patient(port: u16) -> Result<Hub> {
    Hub::at(port, &[("TETHER_STARTUP_GRACE", "1h")]).await
}

#[tokio::test]
async fn a_drained_host_stays_gone_after_any_restart() -> Result<()> {
    let mut hub = Hub::without_grace().await?;
    let debug = [("TETHERD_DEBUG", "1")];
    let (_, mut one) = SimulatedHost::start(&hub, "one", [web("first")]).await?;
    let (_, two) = SimulatedHost::with(&debug, &hub, "two", [web("second")]).await?;
    hub.route("first").await?;
    hub.route("second").await?;

    let (said, code) = drain(one.agent.run_beside(&["drain"])?).await?;
    let config = hub.config().await?;
    ensure!(code == Some(0), "{code:?}: {said}");
    ensure!(said.contains("agent `one` is drained"), "{said}");
    let routers = &config["http"]["routers"];
    ensure!(routers["first"].is_null(), "still there: {config}");
    ensure!(routers["second"].is_object(), "taken along: {config}");
    one.agent
        .process
        .line(&["drained", "restart tetherd"])
        .await?;
    two.agent.process.line(&["roster", "agents=1"]).await?;

    hub.process.kill()?;
    let port = hub.port;
    let mut hub = patient(port).await?;
    soon("the hub is ready", async || {
        get(&hub.url("/readyz")).await?.expect(200)
    })
    .await?;
    let config = hub.config().await?;
    ensure!(config["http"]["routers"]["second"].is_object(), "{config}");
    alone(&hub).await?;
    one.agent.process.ensure_running()?;

    let (said, code) = drain(one.agent.run_beside(&["drain"])?).await?;
    ensure!(
        code == Some(3) && said.contains("there is no agent `one`"),
        "{code:?}: {said}"
    );

    one.agent.process.kill()?;
    one.agent.start_again()?;
    hub.route("first").await?;
    hub.process.kill()?;
    let (said, code) = drain(one.agent.run_beside(&["drain"])?).await?;
    ensure!(
        code == Some(1) && said.contains("nothing listens"),
        "{code:?}: {said}"
    );
    Ok(())
}

#[tokio::test]
async fn with_drain_on_stop_an_agent_removes_its_routes() -> Result<()> {
    let hub = Hub::without_grace().await?;
    let (_, _other) = SimulatedHost::start(&hub, "other", [web("stays")]).await?;
    let settings = [("TETHERD_DRAIN_ON_STOP", "true")];
    let (_, mut one) = SimulatedHost::with(&settings, &hub, "one", [web("goes")]).await?;
    hub.route("goes").await?;
    hub.route("stays").await?;
    one.agent.process.terminate()?;
    let status = one.agent.process.exited(END).await?;
    ensure!(status.success(), "the agent ended with {status}");
    soon("its route is gone", async || {
        let config = hub.config().await?;
        let routers = &config["http"]["routers"];
        ensure!(
            routers["goes"].is_null() && routers["stays"].is_object(),
            "{config}"
        );
        Ok(())
    })
    .await?;
    alone(&hub).await
}

/// Waits until the dashboard shows one agent only.
async fn alone(hub: &Hub) -> Result<()> {
    soon("one agent only", async || {
        let state = hub.state().await?;
        let agents = state["agents"].as_array().context("no agents")?;
        ensure!(agents.len() == 1, "{agents:?}");
        Ok(())
    })
    .await
}
