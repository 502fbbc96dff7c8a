//! The agent's log on a busy day: one line for each change and its reason, none otherwise.

use anyhow::{Result, ensure};
use docker_sim::{ContainerSpec, Health, Publish};

use crate::harness::{Hub, Process, SimulatedHost, soon, web};

/// The lines of an agent without their times, and with the hub's port left out.
fn log(agent: &Process, hub: &Hub) -> String {
    let lines = agent.lines().into_iter().map(|line| {
        let (_, line) = line.split_once(' ').unwrap_or_default();
        line.trim().replace(&hub.url(""), "HUB")
    });
    lines.map(|line| line + "\n").collect()
}

#[tokio::test]
async fn the_agent_logs_each_change_once() -> Result<()> {
    let mut hub = Hub::without_grace().await?;
    let app = |name: &str, port: u16| {
        let publish = Publish::tcp(80).at(port);
        let spec = ContainerSpec::new(name).label("traefik.enable", "true");
        spec.publish(publish)
    };
    let (engine, host) = SimulatedHost::start(&hub, "one", []).await?;
    let agent = &host.agent.process;
    agent.line(&["connected to the hub"]).await?;

    engine.run(app("web", 8081)).await?;
    agent.line(&["routed: web"]).await?;
    // A container that asks for nothing is not logged, however busy it is.
    engine.run(ContainerSpec::new("db")).await?;
    engine.restart("db").await?;
    engine.remove("db").await?;
    let broken = app("shop", 8082).label(
        "traefik.http.services.shop.loadbalancer.server.port",
        "9000",
    );
    engine.run(broken).await?;
    agent.line(&["9000"]).await?;
    engine.remove("shop").await?;
    engine.run(app("shop", 8082)).await?;
    agent.line(&["routed: shop"]).await?;
    engine.stop("web").await?;
    agent.line(&["no longer routed", "web"]).await?;
    engine
        .run(app("sick", 8083).health(Health::Healthy))
        .await?;
    agent.line(&["routed: sick"]).await?;
    engine.set_health("sick", Health::Unhealthy)?;
    agent.line(&["no longer routed", "sick"]).await?;

    // A hub that is restarted is one fault, though the agent meets two.
    hub.process.terminate()?;
    agent.line(&["shutting down"]).await?;
    hub.start_again().await?;
    soon("the agent is back", async || {
        let lines = agent.lines();
        let back = lines
            .iter()
            .filter(|line| line.contains("connected to the hub"));
        ensure!(back.count() == 2);
        Ok(())
    })
    .await?;
    // None of this is logged again.
    engine.run(web("last")).await?;
    agent.line(&["routed: last"]).await?;

    let address = "127.0.0.2 because --host-ip is set";
    let only = "no label names a port, and only 80 is published, as";
    let port = |name: &str| engine.bindings(name)[0].host_port;
    let last = port("last");
    let expected = format!(
        "INFO Docker engine is being watched engine={endpoint} host=\"one\" api=\"1.47\" running=0\n\
         INFO connected to the hub hub=\"HUB\" agent=\"one\" version=\"{version}\"\n\
         INFO routed: web at 127.0.0.2:8081 ({only} 8081; {address}) container=\"web\"\n\
         WARN http service `shop`: TCP port 9000 is not published (published: 80 as 8082): publish \
         it (-p 9000) or correct the label container=\"shop\"\n\
         INFO routed: shop at 127.0.0.2:8082 ({only} 8082; {address}) container=\"shop\"\n\
         INFO no longer routed: it does not run any more container=\"web\"\n\
         INFO routed: sick at 127.0.0.2:8083 ({only} 8083; {address}) container=\"sick\"\n\
         INFO no longer routed: its health check fails: see the output of the check in `docker \
         inspect`, and fix the container or the check container=\"sick\"\n\
         WARN the hub at HUB is shutting down; trying again\n\
         INFO connected to the hub hub=\"HUB\" agent=\"one\" version=\"{version}\"\n\
         INFO routed: last at 127.0.0.2:{last} ({only} {last}; {address}) container=\"last\"\n",
        endpoint = host.endpoint,
        version = env!("CARGO_PKG_VERSION"),
    );
    assert_eq!(log(agent, &hub), expected);
    Ok(())
}
