//! Rootless Docker, with the agent in one of its containers: what looks like the host's network
//! there is a network within the engine.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;

use anyhow::{Context, Result, ensure};

use crate::harness::{Binaries, Engine, Hub, TOKEN, Traefik, needs};

#[tokio::test]
async fn an_agent_in_rootless_docker_uses_the_hosts_own_address() -> Result<()> {
    needs!(Rootless, Traefik);
    let hub = Hub::without_grace().await?;
    let engine = Engine::rootless("rootless").await?;
    let traefik = Traefik::start(&hub).await?;
    let machine = &engine.machine;
    // Its user cannot read other folders.
    let program = machine.folder.path().join("tetherd");
    std::fs::copy(&Binaries::get()?.tetherd, &program)?;
    // The umask at its build does not matter.
    std::fs::set_permissions(&program, Permissions::from_mode(0o755))?;
    let socket = format!("{}:/var/run/docker.sock", engine.socket());
    let server = format!("TETHERD_SERVER=http://{}:{}", machine.gateway, hub.port);
    let token = format!("TETHERD_TOKEN={TOKEN}");
    let flags = [
        "--network",
        "host",
        "-v",
        &socket,
        "-e",
        &server,
        "-e",
        &token,
    ];
    engine.run_program("tetherd", &program, &flags, &[])?;
    let _words = engine.spawn_client(&["logs", "--follow", "tetherd"])?;

    engine.serve("web")?;
    let answer = traefik.answers("web.test", 200).await?;
    ensure!(answer.text()? == "web\n", "{answer:?}");
    let route = hub.route("web").await?;
    let address = machine.address.to_string();
    ensure!(route.to_string().contains(&address), "{route}");

    // A listener in that other network is reported, and is no route.
    let port = "traefik.http.services.inner.loadbalancer.server.port=80";
    let labels = ["-l", "traefik.enable=true", "-l", port];
    engine.run("inner", &[&["--network", "host"][..], &labels].concat())?;
    let problem = hub.problem("unreachable_binding").await?;
    let message = problem["message"].as_str().context("no message")?;
    ensure!(message.contains("rootless Docker"), "{problem}");
    Ok(())
}
