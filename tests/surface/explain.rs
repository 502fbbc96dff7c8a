//! The commands that report on a running agent or hub: `tetherd explain`, `tetherd healthcheck`,
//! `tetherd run --once`, `tether healthcheck`.

use std::process::Output;

use anyhow::{Context, Result, ensure};
use docker_sim::{ContainerSpec, Publish};
use serde_json::Value;

use crate::harness::{
    Binaries, Hub, Process, SimulatedHost, TOKEN, command, needs, root, soon, web,
};

/// Runs a program with these settings and arguments to its end, without blocking the test's own
/// tasks, such as a simulated engine.
async fn run(
    program: &std::path::Path,
    settings: &[(&str, &str)],
    arguments: &[&str],
) -> Result<Output> {
    let mut command = command(program);
    command.envs(settings.iter().copied()).args(arguments);
    let output = tokio::process::Command::from(command).output().await?;
    println!(
        "{arguments:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(output)
}

/// Runs a command of `tetherd` for the agent of this engine; returns its exit code and output.
pub(crate) async fn ask(endpoint: &str, arguments: &[&str]) -> Result<(Option<i32>, String)> {
    let program = &Binaries::get()?.tetherd;
    let output = run(program, &[("DOCKER_HOST", endpoint)], arguments).await?;
    Ok((output.status.code(), String::from_utf8(output.stdout)?))
}

#[tokio::test]
async fn explain_shows_the_hubs_verdicts() -> Result<()> {
    let hub = Hub::without_grace().await?;
    let (_first, _one) = SimulatedHost::start(&hub, "one", [web("app")]).await?;
    hub.route("app").await?;
    // The same requests to another thing: the first host has them.
    let rival = ContainerSpec::new("rival")
        .label("traefik.enable", "true")
        .label("traefik.http.routers.rival.rule", "Host(`app.test`)")
        .publish(80)
        .listening();
    let (_second, two) = SimulatedHost::start(&hub, "two", [rival, web("good")]).await?;
    hub.route("good").await?;
    soon("the agent tells the hub's verdict", async || {
        let (code, page) = ask(&two.endpoint, &["explain"]).await?;
        ensure!(code == Some(1), "{code:?}");
        ensure!(page.contains("it has the newest routes"), "no receipt yet");
        ensure!(page.contains("says: "), "no verdict yet");
        ensure!(page.contains("rival: NOT ROUTED"));
        ensure!(page.ends_with("1 not routed (rival), 1 routed\n"));
        Ok(())
    })
    .await?;
    let (code, page) = ask(&two.endpoint, &["explain", "good"]).await?;
    assert_eq!(code, Some(0));
    assert!(page.contains("good: routed") && !page.contains("rival"));
    let (_, json) = ask(&two.endpoint, &["explain", "rival", "--json"]).await?;
    let json: Value = serde_json::from_str(&json)?;
    assert_eq!(json["running"], true);
    let told = &json["engines"][0]["containers"][0];
    assert_eq!(told["verdicts"][0]["hub"], hub.url("").as_str(), "{told}");
    // The questions superseded no session.
    let lines = two.agent.process.lines();
    let connected = lines
        .iter()
        .filter(|line| line.contains("connected to the hub"));
    assert_eq!(connected.count(), 1);
    Ok(())
}

#[tokio::test]
async fn the_book_shows_the_real_output_of_explain() -> Result<()> {
    let app = |name: &str, port: u16| {
        let rule = format!("Host(`{name}.example.com`)");
        ContainerSpec::new(name)
            .label(format!("traefik.http.routers.{name}.rule"), rule)
            .publish(Publish::tcp(80).at(port))
    };
    let enabled = |spec: ContainerSpec| spec.label("traefik.enable", "true");
    let hub = Hub::without_grace().await?;
    let containers = [
        enabled(app("whoami", 8081)),
        enabled(app("shop", 8082)).label(
            "traefik.http.services.shop.loadbalancer.server.port",
            "9000",
        ),
        app("blog", 8083),
        enabled(app("auth", 8084)).label("traefik.http.routers.auth.middlewares", "login@docker"),
        ContainerSpec::new("db"),
    ];
    let (_engine, host) = SimulatedHost::start(&hub, "worker-1", containers).await?;
    let readme = std::fs::read_to_string(root().join("docs/src/troubleshooting.md"))?;
    let shown = readme
        .split("```text\n")
        .find(|block| block.starts_with("agent "));
    let shown = shown.and_then(|block| block.split("```").next());
    let shown = shown.context("the book shows no page")?;
    // Other addresses break the lines at other words.
    let words = |page: &str| page.split_whitespace().collect::<Vec<_>>().join(" ");
    soon("the page of the book", async || {
        let (_, page) = ask(&host.endpoint, &["explain"]).await?;
        let page = words(&page)
            .replace(hub.url("").as_str(), "http://10.0.0.1:3000")
            .replace(&host.endpoint, "unix:///var/run/docker.sock")
            .replace("127.0.0.2", "10.0.0.7");
        let mut parts = page.split(" for ").map(str::to_owned).collect::<Vec<_>>();
        // How long it has been connected.
        if let Some((_, rest)) = parts.get_mut(1).and_then(|part| {
            let (time, rest) = part.split_once(", ")?;
            Some((time.to_owned(), rest.to_owned()))
        }) {
            parts[1] = format!("2 hours, {rest}");
        }
        let page = parts.join(" for ");
        ensure!(page == words(shown), "{page}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn healthcheck_passes_while_the_agent_watches_its_engine() -> Result<()> {
    let mut hub = Hub::without_grace().await?;
    let (_engine, host) = SimulatedHost::start(&hub, "one", [web("app")]).await?;
    hub.route("app").await?;
    let (code, line) = ask(&host.endpoint, &["healthcheck"]).await?;
    assert_eq!(code, Some(0), "{line}");
    assert!(line.contains("connected to"), "{line}");
    // It waits for its hub, and nothing should end it for that.
    hub.process.kill()?;
    soon("the agent has noticed", async || {
        let (code, line) = ask(&host.endpoint, &["healthcheck"]).await?;
        ensure!(code == Some(0), "{line}");
        ensure!(line.contains("no hub at this moment"), "{line}");
        Ok(())
    })
    .await?;
    let (code, page) = ask(&host.endpoint, &["explain"]).await?;
    assert_eq!(code, Some(1));
    assert!(page.contains("not connected"), "{page}");

    // Nor for being taken out, which its restart would undo.
    hub.start_again().await?;
    hub.route("app").await?;
    let (engine, name) = (
        ("DOCKER_HOST", host.endpoint.as_str()),
        ("TETHERD_NAME", "one"),
    );
    let server = hub.url("");
    let settings = [
        engine,
        name,
        ("TETHERD_SERVER", server.as_str()),
        ("TETHERD_TOKEN", TOKEN),
    ];
    let program = &Binaries::get()?.tetherd;
    run(program, &settings, &["drain"]).await?;
    host.agent.process.line(&["drained"]).await?;
    let (code, line) = ask(&host.endpoint, &["healthcheck"]).await?;
    assert_eq!(code, Some(0), "{line}");

    let (code, line) = ask("unix:///nowhere.sock", &["healthcheck"]).await?;
    assert_eq!(code, Some(1));
    assert!(line.contains("not the one that is meant"), "{line}");
    Ok(())
}

#[tokio::test]
async fn run_once_prints_the_route_set() -> Result<()> {
    let hub = Hub::without_grace().await?;
    let (_engine, host) = SimulatedHost::start(&hub, "one", [web("app")]).await?;
    let (code, json) = ask(&host.endpoint, &["run", "--once"]).await?;
    assert_eq!(code, Some(0));
    let json: Value = serde_json::from_str(&json)?;
    let engine = &json["engines"][0];
    assert_eq!(engine["endpoint"], host.endpoint.as_str());
    assert_eq!(engine["containers"][0]["name"], "app");

    let program = &Binaries::get()?.tetherd;
    let nowhere = [("DOCKER_HOST", "unix:///nowhere.sock")];
    let output = run(program, &nowhere, &["run", "--once"]).await?;
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let error = String::from_utf8(output.stderr)?;
    assert!(
        error.contains("no Docker socket at /nowhere.sock"),
        "{error}"
    );
    Ok(())
}

#[tokio::test]
async fn explain_works_inside_the_agents_container() -> Result<()> {
    needs!(Docker);
    let program = &Binaries::get()?.tetherd;
    let endpoint = "unix:///nowhere/of-a-container.sock";
    // A process namespace of its own, in the network of the host.
    let mut container = command("unshare");
    container
        .env("DOCKER_HOST", endpoint)
        .env("TETHERD_NAME", "inside")
        .args(["--pid", "--fork", "--mount-proc", "--kill-child"])
        .arg(program);
    let container = Process::start("container", &mut container)?;
    let inside = soon("the container has a process", async || {
        let id = container.id();
        let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children"))?;
        let child = children.split_whitespace().next().context("no child")?;
        Ok(child.to_owned())
    })
    .await?;
    soon("the agent answers inside", async || {
        let arguments = ["-t", &inside, "-p", "-m", "--"];
        let mut command = vec!["nsenter"];
        command.extend(arguments);
        let program = program.to_str().context("no UTF-8")?;
        // As in `docker exec`, and with the settings left out: it is the one that is there.
        command.extend([program, "explain"]);
        let page = run(command[0].as_ref(), &[], &command[1..]).await?.stdout;
        let page = String::from_utf8(page)?;
        ensure!(page.contains("inside, running"), "{page}");
        Ok(())
    })
    .await?;
    // From outside, and as another user inside, it is not.
    let (code, line) = ask(endpoint, &["healthcheck"]).await?;
    assert_eq!(code, Some(1));
    assert!(line.contains("docker exec"), "{line}");
    let program = program.to_str().context("no UTF-8")?;
    let stranger = [
        "-t",
        &inside,
        "-p",
        "-m",
        "--",
        "setpriv",
        "--reuid=65534",
        "--clear-groups",
    ];
    let command = [&stranger[..], &[program, "healthcheck"]].concat();
    let output = run("nsenter".as_ref(), &[], &command).await?;
    let line = String::from_utf8(output.stdout)?;
    assert!(line.contains("of another user"), "{line}");
    Ok(())
}

#[tokio::test]
async fn healthcheck_fails_if_the_hub_does_not_run() -> Result<()> {
    let hub = Hub::start().await?;
    let program = &Binaries::get()?.tether;
    let port = hub.port.to_string();
    let output = run(program, &[("TETHER_PORT", &port)], &["healthcheck"]).await?;
    assert_eq!(output.status.code(), Some(0));
    drop(hub);
    let output = run(program, &[("TETHER_PORT", &port)], &["healthcheck"]).await?;
    assert_eq!(output.status.code(), Some(1));
    let line = String::from_utf8(output.stdout)?;
    let line = line.lines().next().context("nothing is said")?;
    assert!(line.contains("nothing listens"), "{line}");
    Ok(())
}
