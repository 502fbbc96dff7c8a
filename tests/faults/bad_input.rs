//! Mistakes of users: each gives one line that names the thing and the remedy, and affects nothing
//! else.

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use docker_sim::{ContainerSpec, Engine};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::harness::{Agent, Binaries, Hub, Process, SimulatedHost, TOKEN, free_port, web};

/// The longest time until a program rejects its settings.
const REFUSAL: Duration = Duration::from_secs(5);

/// The exit code for settings that cannot work.
const BAD_SETTINGS: i32 = 2;

/// Starts a good container beside a bad one; the bad one's problem, once the good one is routed.
async fn beside_a_good_one(bad: ContainerSpec, code: &str, words: &[&str]) -> Result<()> {
    on(&Hub::without_grace().await?, bad, code, words).await
}

/// [`beside_a_good_one`] on this hub.
async fn on(hub: &Hub, bad: ContainerSpec, code: &str, words: &[&str]) -> Result<()> {
    let (_engine, _host) = SimulatedHost::start(hub, "one", [bad, web("good")]).await?;
    hub.route("good").await?;
    let problem = hub.problem(code).await?;
    assert_eq!(problem["origin"]["container"], "bad", "{problem}");
    assert_eq!(problem["origin"]["agent"], "one", "{problem}");
    let label = problem["origin"]["label"].as_str().unwrap_or_default();
    let message = problem["message"].as_str().context("no message")?;
    let all = format!("{label} {message}");
    ensure!(!message.contains('\n'), "more than one line: {message}");
    for word in words {
        ensure!(all.contains(word), "`{word}` is not in: {all}");
    }
    let routers = hub.config().await?["http"]["routers"].clone();
    let names: Vec<&String> = routers.as_object().context("no routers")?.keys().collect();
    assert_eq!(names, ["good"]);
    Ok(())
}

#[tokio::test]
async fn a_value_that_does_not_parse_is_a_problem() -> Result<()> {
    let bad = web("bad").label("traefik.http.routers.bad.priority", "high");
    beside_a_good_one(
        bad,
        "bad_value",
        &["traefik.http.routers.bad.priority", "high"],
    )
    .await
}

#[tokio::test]
async fn a_field_that_traefik_does_not_have_is_a_problem() -> Result<()> {
    let bad = web("bad").label("traefik.http.routers.bad.entrypoint", "web");
    let words = ["traefik.http.routers.bad.entrypoint", "entryPoints"];
    beside_a_good_one(bad, "unknown_field", &words).await
}

#[tokio::test]
async fn a_field_that_an_older_traefik_lacks_is_a_problem() -> Result<()> {
    let settings = [
        ("TETHER_TRAEFIK_VERSION", "v3.3.6"),
        ("TETHER_STARTUP_GRACE", "0s"),
    ];
    let hub = Hub::with(&settings).await?;
    let bad = web("bad").label("traefik.http.services.bad.loadbalancer.strategy", "p2c");
    let words = [
        "`bad`",
        "loadBalancer.strategy",
        "3.4",
        "3.3",
        "--traefik-version",
    ];
    on(&hub, bad, "needs_newer_traefik", &words).await
}

#[tokio::test]
async fn an_unsupported_traefik_is_rejected_and_a_newer_one_is_reported() -> Result<()> {
    let run = |version| {
        let settings = [
            ("TETHER_TOKEN", TOKEN),
            ("TETHER_PORT", "0"),
            ("TETHER_TRAEFIK_VERSION", version),
        ];
        Hub::spawn(&settings, &[])
    };
    for version in ["2.11", "latest"] {
        let mut hub = run(version)?;
        assert_eq!(hub.exited(REFUSAL).await?.code(), Some(BAD_SETTINGS));
        hub.line(&["--traefik-version", version]).await?;
    }
    let mut hub = run("3.99")?;
    hub.line(&["--traefik-version", "3.99", "3.7"]).await?;
    hub.ensure_running()
}

#[tokio::test]
async fn a_port_that_is_not_published_is_a_problem() -> Result<()> {
    let bad = ContainerSpec::new("bad")
        .label("traefik.enable", "true")
        .label("traefik.http.routers.bad.rule", "Host(`bad.test`)")
        .label("traefik.http.services.bad.loadbalancer.server.port", "9000")
        .publish(80)
        .expose(9000);
    beside_a_good_one(bad, "unpublished_port", &["9000", "publish"]).await
}

#[tokio::test]
async fn a_wrong_token_is_logged_once_and_retried() -> Result<()> {
    let hub = Hub::without_grace().await?;
    let (_engine, good) = SimulatedHost::start(&hub, "one", [web("good")]).await?;
    hub.route("good").await?;
    let server = hub.url("");
    let mut agent = Agent::start(&[
        ("TETHERD_SERVER", &server),
        ("TETHERD_TOKEN", "not-the-secret"),
        ("DOCKER_HOST", &good.endpoint),
    ])?;
    agent
        .process
        .line(&["TETHERD_TOKEN", &hub.port.to_string()])
        .await?;
    hub.process.line(&["127.0.0.1", "token"]).await?;
    agent.process.ensure_running()?;
    once(&agent.process, "TETHERD_TOKEN")?;
    secret(&agent.process, "not-the-secret")?;
    secret(&hub.process, "not-the-secret")?;
    hub.route("good").await?;
    Ok(())
}

#[tokio::test]
async fn an_unreachable_hub_is_logged_and_used_once_it_exists() -> Result<()> {
    let port = free_port()?;
    let folder = tempfile::tempdir()?;
    let (socket, shutdown) = (folder.path().join("docker.sock"), CancellationToken::new());
    let engine = Engine::new("one").with_host_address([127, 0, 0, 2]);
    let _stop = shutdown.clone().drop_guard();
    engine.serve_unix(&socket, shutdown)?;
    engine.run(web("late")).await?;
    let mut agent = Agent::start(&[
        ("TETHERD_SERVER", &format!("http://127.0.0.1:{port}")),
        ("TETHERD_HOST_IP", "127.0.0.2"),
        ("DOCKER_HOST", &format!("unix://{}", socket.display())),
    ])?;
    agent
        .process
        .line(&["nothing listens", &format!("127.0.0.1:{port}")])
        .await?;
    agent.process.ensure_running()?;
    once(&agent.process, "nothing listens")?;

    let hub = Hub::at(port, &[]).await?;
    hub.route("late").await?;
    Ok(())
}

#[tokio::test]
async fn a_missing_docker_socket_is_logged_and_used_once_it_exists() -> Result<()> {
    let hub = Hub::without_grace().await?;
    let folder = tempfile::tempdir()?;
    let (socket, shutdown) = (folder.path().join("docker.sock"), CancellationToken::new());
    let server = hub.url("");
    let mut agent = Agent::start(&[
        ("TETHERD_SERVER", &server),
        ("TETHERD_NAME", "late"),
        ("TETHERD_HOST_IP", "127.0.0.2"),
        ("DOCKER_HOST", &format!("unix://{}", socket.display())),
    ])?;
    let line = agent.process.line(&[&socket.display().to_string()]).await?;
    agent.process.ensure_running()?;
    println!("said: {line}");

    let engine = Engine::new("late").with_host_address([127, 0, 0, 2]);
    let _stop = shutdown.clone().drop_guard();
    engine.run(web("found")).await?;
    engine.serve_unix(&socket, shutdown)?;
    hub.route("found").await?;
    Ok(())
}

#[tokio::test]
async fn a_used_port_ends_the_hub() -> Result<()> {
    let taken = TcpListener::bind(("0.0.0.0", 0))?;
    let port = taken.local_addr()?.port().to_string();
    let mut hub = Hub::spawn(&[("TETHER_TOKEN", TOKEN), ("TETHER_PORT", &port)], &[])?;
    let status = hub.exited(REFUSAL).await?;
    assert_eq!(status.code(), Some(1));
    hub.line(&[&port, "TETHER_PORT"]).await?;
    Ok(())
}

#[tokio::test]
async fn a_hub_without_a_token_does_not_start() -> Result<()> {
    let mut hub = Hub::spawn(&[], &[])?;
    assert_eq!(hub.exited(REFUSAL).await?.code(), Some(BAD_SETTINGS));
    hub.line(&["TETHER_TOKEN", "--no-auth"]).await?;
    Ok(())
}

#[tokio::test]
async fn unknown_settings_are_reported() -> Result<()> {
    // What an older program of this kind called the token; as it stands, nothing is protected.
    let mut hub = Hub::spawn(
        &[("TETHER_SECRET", "hidden-value"), ("TETHER_PORT", "0")],
        &[],
    )?;
    assert_eq!(hub.exited(REFUSAL).await?.code(), Some(BAD_SETTINGS));
    hub.line(&["TETHER_SECRET", "TETHER_TOKEN"]).await?;
    secret(&hub, "hidden-value")?;

    let mut hub = Hub::spawn(&[("TETHER_TOKEN", TOKEN)], &["--prot", "3000"])?;
    assert_eq!(hub.exited(REFUSAL).await?.code(), Some(BAD_SETTINGS));
    hub.line(&["--prot"]).await?;

    let agent = Agent::start(&[
        ("TETHERD_SEVRER", "http://x"),
        ("DOCKER_HOST", "unix:///nowhere"),
    ])?;
    agent
        .process
        .line(&["TETHERD_SEVRER", "TETHERD_SERVER"])
        .await?;
    Ok(())
}

#[tokio::test]
async fn settings_that_cannot_work_end_the_agent() -> Result<()> {
    for (name, value) in [
        ("TETHERD_SERVER", "ftp://gateway"),
        ("DOCKER_HOST", "somewhere"),
        ("TETHERD_TOKEN_FILE", "/no/such/file"),
    ] {
        let token = if name == "TETHERD_TOKEN_FILE" {
            ""
        } else {
            TOKEN
        };
        let mut agent = Agent::start(&[("TETHERD_TOKEN", token), (name, value)])?;
        let status = agent.process.exited(REFUSAL).await?;
        assert_eq!(status.code(), Some(BAD_SETTINGS), "{name}={value}");
        agent.process.line(&[value]).await?;
    }
    Ok(())
}

#[test]
fn a_password_in_an_address_is_not_printed() -> Result<()> {
    let binaries = Binaries::get()?;
    let flag = ["--server", "me:secret@hub"];
    let agent = |arguments: &[&str]| output(&binaries.tetherd, &[], arguments);
    let hub = |address| output(&binaries.tether, &[("TETHER_DOCKER", address)], &[]);
    for said in [
        agent(&flag)?,
        agent(&["--docker-host", "tcp://me:secret@engine"])?,
        output(
            &binaries.tetherd,
            &[("TETHERD_SERVER", "ftp://me:secret@hub")],
            &[],
        )?,
        hub("ssh://me:secret@engine")?,
        hub("tcp://me:secret@engine")?,
    ] {
        ensure!(said.contains("***@") && !said.contains("secret"), "{said}");
    }
    Ok(())
}

/// Runs a program that rejects its settings; its error output.
fn output(program: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Result<String> {
    let output = Command::new(program)
        .env_clear()
        .env("TETHER_TOKEN", TOKEN)
        .envs(variables.iter().copied())
        .args(arguments)
        .output()?;
    ensure!(output.status.code() == Some(BAD_SETTINGS), "{output:?}");
    Ok(String::from_utf8_lossy(&output.stderr).into_owned())
}

#[tokio::test]
async fn two_containers_with_contradicting_labels_are_a_problem() -> Result<()> {
    let hub = Hub::without_grace().await?;
    let same = |name: &str, host: &str| {
        ContainerSpec::new(name)
            .label("traefik.enable", "true")
            .label("traefik.http.routers.app.rule", format!("Host(`{host}`)"))
            .publish(80)
            .listening()
    };
    let containers = [
        same("a1", "first.test"),
        same("b1", "second.test"),
        web("good"),
    ];
    let (_engine, _host) = SimulatedHost::start(&hub, "one", containers).await?;
    hub.route("good").await?;
    let problem = hub.problem("conflict").await?;
    ensure!(problem["origin"]["container"] == "b1", "{problem}");
    let config: Value = hub.config().await?;
    assert_eq!(
        config["http"]["routers"]["app"]["rule"],
        "Host(`first.test`)"
    );
    Ok(())
}

/// Fails unless exactly one line contains this word: a retry must not log the fault again.
fn once(process: &Process, word: &str) -> Result<()> {
    let count = process
        .lines()
        .iter()
        .filter(|line| line.contains(word))
        .count();
    ensure!(count == 1, "{count} lines with {word}");
    Ok(())
}

/// Fails if the secret is in the log.
fn secret(process: &Process, secret: &str) -> Result<()> {
    let said = process
        .lines()
        .into_iter()
        .find(|line| line.contains(secret));
    ensure!(said.is_none(), "a secret is in the log: {said:?}");
    Ok(())
}

#[tokio::test]
async fn an_agent_logs_which_other_agent_has_the_name_of_an_element() -> Result<()> {
    let hub = Hub::without_grace().await?;
    let rule = |rule: &str| {
        let app = ContainerSpec::new("app").label("traefik.enable", "true");
        app.label("traefik.http.routers.app.rule", rule).publish(80)
    };
    let (_engine, _first) = SimulatedHost::start(&hub, "a", [rule("Host(`a.test`)")]).await?;
    hub.route("app").await?;
    let (_engine, second) = SimulatedHost::start(&hub, "b", [rule("Host(`b.test`)")]).await?;
    let words = [
        "container=\"app\"",
        "element=\"http.routers.app\"",
        "agent `a`",
    ];
    second.agent.process.line(&words).await?;
    Ok(())
}
