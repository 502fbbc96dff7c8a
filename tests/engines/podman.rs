//! Podman containers, answered through the real Traefik. Podman's socket is in the place of
//! Docker's.

use anyhow::{Result, ensure};

use crate::harness::{Agent, Engine, Hub, Traefik, command, needs, run};

/// A Podman host and all that a request to it goes through.
struct Podman {
    // In the order in which they should end.
    agent: Agent,
    engine: Engine,
    traefik: Traefik,
    hub: Hub,
}

async fn start() -> Result<Podman> {
    let hub = Hub::without_grace().await?;
    let engine = Engine::podman("pods").await?;
    let traefik = Traefik::start(&hub).await?;
    Ok(Podman {
        agent: engine.agent(&hub)?,
        engine,
        traefik,
        hub,
    })
}

#[tokio::test]
async fn podman_containers_are_routed_exactly_while_they_run() -> Result<()> {
    needs!(Podman, Traefik);
    let podman = start().await?;
    podman.engine.serve("first")?;
    let answer = podman.traefik.answers("first.test", 200).await?;
    assert_eq!(answer.text()?, "first\n");
    podman.engine.serve("second")?;
    podman.traefik.answers("second.test", 200).await?;

    // The only event of such an end is `die`, for which Podman's filter has another name.
    let id = podman
        .engine
        .docker(&["inspect", "--format", "{{.State.Pid}}", "second"])?;
    crash(&podman, &id)?;
    podman.traefik.answers("second.test", 404).await?;
    podman.engine.docker(&["start", "second"])?;
    podman.traefik.answers("second.test", 200).await?;

    podman.engine.docker(&["stop", "--time", "1", "first"])?;
    podman.traefik.answers("first.test", 404).await?;
    podman.engine.docker(&["start", "first"])?;
    podman.traefik.answers("first.test", 200).await?;
    podman.engine.docker(&["restart", "--time", "1", "first"])?;
    podman.traefik.answers("first.test", 200).await?;
    podman.engine.docker(&["pause", "first"])?;
    podman.traefik.answers("first.test", 404).await?;
    podman.engine.docker(&["unpause", "first"])?;
    podman.traefik.answers("first.test", 200).await?;
    podman.engine.docker(&["kill", "first"])?;
    podman.traefik.answers("first.test", 404).await?;
    podman.engine.docker(&["rm", "-f", "second"])?;
    podman.traefik.answers("second.test", 404).await?;
    Ok(())
}

#[tokio::test]
async fn podman_networks_ranges_of_ports_and_health_that_its_lists_leave_out() -> Result<()> {
    needs!(Podman, Traefik);
    let podman = start().await?;
    // Host networking, a range of ports, and a container in another one's network.
    serve_at(&podman, "hosty", 8099, &["--network", "host"])?;
    serve_at(&podman, "range", 9002, &["-p", "9000-9003:9000-9003"])?;
    serve_at(&podman, "vpn", 80, &["-p", "80", "-p", "8098"])?;
    serve_at(&podman, "side", 8098, &["--network", "container:vpn"])?;
    // Nor does a list show that a container is not healthy yet; this one never is.
    serve_at(&podman, "ill", 80, &["-p", "80", "--health-cmd", "no"])?;
    for name in ["hosty", "range", "vpn", "side"] {
        let answer = podman.traefik.answers(&format!("{name}.test"), 200).await?;
        assert_eq!(answer.text()?, format!("{name}\n"));
    }
    // A container that started later is routed, so the agent has seen this one, too.
    podman.engine.serve("later")?;
    podman.traefik.answers("later.test", 200).await?;
    let ill = podman.traefik.ask("ill.test").await?;
    ensure!(ill.status == 404, "{} for what is not healthy", ill.status);
    Ok(())
}

#[tokio::test]
async fn podman_pods_are_routed_by_the_labels_of_their_containers() -> Result<()> {
    needs!(Podman, Traefik);
    let podman = start().await?;
    let url = podman.engine.endpoint();
    let create = [
        "--url",
        &url,
        "pod",
        "create",
        "--name",
        "shop",
        "-p",
        "8081:8081",
    ];
    // The container that holds a pod's network: any image does.
    let infra = ["--infra-image", "whoami", "--infra-command", "/whoami"];
    remote(&[&create[..], &infra].concat())?;
    let rule = "traefik.http.routers.shop.rule=Host(`shop.test`)";
    let port = "traefik.http.services.shop.loadbalancer.server.port=8081";
    let run = ["--url", &url, "run", "-d", "--pod", "shop", "--name", "web"];
    let labels = ["-l", "traefik.enable=true", "-l", rule, "-l", port];
    let own = ["-e", "PORT=8081", "-e", "NAME=web", "whoami"];
    remote(&[&run[..], &labels, &own].concat())?;
    let answer = podman.traefik.answers("shop.test", 200).await?;
    assert_eq!(answer.text()?, "web\n");
    Ok(())
}

#[tokio::test]
async fn a_podman_agent_that_comes_back_is_the_same_agent() -> Result<()> {
    needs!(Podman, Traefik);
    let mut podman = start().await?;
    podman.engine.serve("steady")?;
    podman.traefik.answers("steady.test", 200).await?;
    // The old process still runs: only the engine's id shows that this is the same agent.
    let newer = podman.engine.agent(&podman.hub)?;
    newer.process.line(&["connected to the hub"]).await?;
    podman.agent.process.kill()?;
    podman.engine.serve("news")?;
    podman.traefik.answers("news.test", 200).await?;
    let agents = podman.hub.state().await?["agents"].clone();
    let count = agents.as_array().map_or(0, Vec::len);
    ensure!(count == 1, "{agents:#}");
    Ok(())
}

/// Ends a process, by its number where Podman runs.
fn crash(podman: &Podman, id: &str) -> Result<()> {
    let processes = format!(
        "--pid=/proc/{}/ns/pid_for_children",
        podman.engine.machine.process.id()
    );
    let kill = format!("kill -KILL {id}");
    let mut enter = command("nsenter");
    run(enter.args([&processes, "--", "sh", "-c", &kill])).map(drop)
}

/// A container that answers for `NAME.test` on this port of its own.
fn serve_at(podman: &Podman, name: &str, port: u16, arguments: &[&str]) -> Result<()> {
    let rule = format!("traefik.http.routers.{name}.rule=Host(`{name}.test`)");
    let service = format!("traefik.http.services.{name}.loadbalancer.server.port={port}");
    let (own, port) = (format!("NAME={name}"), format!("PORT={port}"));
    let labels = ["-l", "traefik.enable=true", "-l", &rule, "-l", &service];
    let settings = ["-e", &own, "-e", &port];
    podman
        .engine
        .run(name, &[&labels[..], &settings, arguments].concat())?;
    Ok(())
}

/// Runs Podman's own client.
fn remote(arguments: &[&str]) -> Result<()> {
    run(command("podman").args(arguments)).map(drop)
}
