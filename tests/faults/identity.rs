//! One engine under two names: a host that is renamed, and a machine that is a copy of another.

use anyhow::{Result, ensure};
use docker_sim::Engine;
use tokio_util::sync::CancellationToken;

use crate::harness::{Agent, Hub, SimulatedHost, Traefik, needs, soon, web};

fn agent(hub: &Hub, name: &str, endpoint: &str) -> Result<Agent> {
    Agent::start(&[
        ("TETHERD_SERVER", &hub.url("")),
        ("TETHERD_NAME", name),
        ("TETHERD_HOST_IP", "127.0.0.2"),
        ("DOCKER_HOST", endpoint),
    ])
}

#[tokio::test]
async fn a_renamed_host_leaves_no_routes_of_its_old_name() -> Result<()> {
    needs!(Traefik);
    let hub = Hub::without_grace().await?;
    let traefik = Traefik::start(&hub).await?;
    let (engine, mut host) = SimulatedHost::start(&hub, "old", [web("app"), web("past")]).await?;
    traefik.answers("past.test", 200).await?;

    host.agent.process.kill()?;
    engine.remove("past").await?;
    let _new = agent(&hub, "new", &host.endpoint)?;
    hub.row("agents", "the new name", |row| row["name"] == "new")
        .await?;
    soon(
        "the old name is gone, with all that only it had",
        async || {
            let state = hub.state().await?;
            let agents = state["agents"].as_array().map_or(0, Vec::len);
            ensure!(agents == 1, "{}", state["agents"]);
            let problems = state["problems"].as_array().map_or(0, Vec::len);
            ensure!(problems == 0, "{}", state["problems"]);
            Ok(())
        },
    )
    .await?;
    traefik.answers("past.test", 404).await?;
    traefik.answers("app.test", 200).await?;
    Ok(())
}

#[tokio::test]
async fn a_copied_machine_is_served_and_named() -> Result<()> {
    let hub = Hub::without_grace().await?;
    let (engine, _first) = SimulatedHost::start(&hub, "first", [web("one")]).await?;
    let folder = tempfile::tempdir()?;
    let copy = Engine::new("copy").with_id(engine.id());
    let stop = CancellationToken::new();
    let _stop = stop.clone().drop_guard();
    let socket = folder.path().join("docker.sock");
    copy.serve_unix(&socket, stop)?;
    copy.run(web("two")).await?;
    let _second = agent(&hub, "copy", &format!("unix://{}", socket.display()))?;
    for (name, other) in [("first", "copy"), ("copy", "first")] {
        let problem = hub
            .row("problems", "both are named", |row| {
                row["code"] == "shared_engine" && row["origin"]["agent"] == name
            })
            .await?;
        let message = problem["message"].as_str().unwrap_or_default();
        ensure!(message.contains(&format!("that of `{other}`")), "{problem}");
    }
    for name in ["one", "two"] {
        hub.route(name).await?;
    }
    Ok(())
}
