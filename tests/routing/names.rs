//! Names that mean another host's elements, the local file's, or Traefik's own.

use anyhow::{Result, ensure};
use serde_json::json;

use crate::harness::{Hub, SimulatedHost, Traefik, free_port, needs, web};

/// A user `someone` with the password `secret`.
const USER: &str = "someone:$apr1$H6uskkkW$IgXLP6ewTrSuBkTrqE8wj/";

fn guard(user: &str) -> docker_sim::ContainerSpec {
    web(&format!("guard-{user}")).label(
        "traefik.http.middlewares.auth.basicauth.users",
        USER.replace("someone", user),
    )
}

fn guarded(name: &str, by: &str) -> docker_sim::ContainerSpec {
    web(name).label(format!("traefik.http.routers.{name}.middlewares"), by)
}

#[tokio::test]
async fn a_name_means_one_hosts_middleware_or_none() -> Result<()> {
    needs!(Traefik);
    let hub = Hub::without_grace().await?;
    let traefik = Traefik::start(&hub).await?;
    let (_nas, nas) = SimulatedHost::start(&hub, "nas", [guard("nas")]).await?;
    let containers = [guarded("plain", "auth@http"), guarded("named", "auth@pi")];
    let (_web, _agent) = SimulatedHost::start(&hub, "web", containers).await?;

    // As long as one host defines it, the plain name is that host's; `pi` is not there yet.
    traefik.answers("plain.test", 401).await?;
    let problem = hub.problem("unresolved_reference").await?;
    let message = problem["message"].as_str().unwrap_or_default();
    ensure!(message.contains("no agent `pi`"), "{problem}");
    ensure!(traefik.ask("named.test").await?.status == 404);

    let (_pi, pi) = SimulatedHost::start(&hub, "pi", [guard("pi")]).await?;
    traefik.answers("named.test", 401).await?;
    traefik.answers("plain.test", 404).await?;
    let problem = hub
        .row("problems", "the plain name has two meanings", |row| {
            let message = row["message"].as_str().unwrap_or_default();
            message.contains("several hosts define differently")
        })
        .await?;
    ensure!(problem["origin"]["container"] == "plain", "{problem}");

    // Whoever leaves, a name never becomes another host's while both are known.
    drop(nas);
    hub.row("agents", "nas is lost", |row| {
        row["name"] == "nas" && row["state"] != "live"
    })
    .await?;
    ensure!(traefik.ask("plain.test").await?.status == 404);
    ensure!(traefik.ask("named.test").await?.status == 401);
    drop(pi);
    hub.row("agents", "pi is lost", |row| {
        row["name"] == "pi" && row["state"] != "live"
    })
    .await?;
    ensure!(traefik.ask("named.test").await?.status == 401);
    Ok(())
}

#[tokio::test]
async fn services_inside_traefik_are_for_those_who_may() -> Result<()> {
    needs!(Traefik);
    let hub = Hub::with(&[
        ("TETHER_STARTUP_GRACE", "0s"),
        ("TETHER_ALLOW_INTERNAL", "edge"),
    ])
    .await?;
    let traefik = Traefik::start(&hub).await?;
    let inside = |name: &str| {
        web(name).label(
            format!("traefik.http.routers.{name}.service"),
            "api@internal",
        )
    };
    let (_worker, _one) = SimulatedHost::start(&hub, "worker", [inside("dash")]).await?;
    let (_edge, _other) = SimulatedHost::start(&hub, "edge", [inside("board")]).await?;
    // The API answers at /api, and Traefik redirects / to the dashboard.
    traefik.answers("board.test", 302).await?;
    let problem = hub.problem("internal_service").await?;
    ensure!(problem["origin"]["agent"] == "worker", "{problem}");
    ensure!(traefik.ask("dash.test").await?.status == 404);
    Ok(())
}

#[tokio::test]
async fn the_file_provider_is_the_hubs_file_or_the_gateways_own() -> Result<()> {
    needs!(Traefik);
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("dynamic.json");
    let middlewares = json!({ "http": { "middlewares": {
        "guard": { "basicAuth": { "users": [USER] } },
        "both": { "basicAuth": { "users": [USER] } },
    } } });
    std::fs::write(&file, middlewares.to_string())?;
    let own = folder.path().join("own.yml");
    let headers = json!({ "customResponseHeaders": { "x-gateway": "own" } });
    let middlewares = json!({ "http": { "middlewares": { "both": { "headers": headers } } } });
    std::fs::write(&own, middlewares.to_string())?;

    let api = free_port()?;
    let hub = Hub::with(&[
        ("TETHER_STARTUP_GRACE", "0s"),
        ("TETHER_CONFIG", &file.display().to_string()),
        ("TETHER_TRAEFIK_API", &format!("http://127.0.0.1:{api}")),
    ])
    .await?;
    let mut providers = Traefik::provider(&hub.url("/config?wait=3s"), "1s");
    providers["file"] = json!({ "filename": own });
    let traefik = Traefik::with_api(api, json!({ "providers": providers })).await?;
    let containers = [guarded("one", "guard@file"), guarded("two", "both@file")];
    let (_engine, _agent) = SimulatedHost::start(&hub, "h1", containers).await?;
    traefik.answers("one.test", 401).await?;
    let answer = traefik.answers("two.test", 200).await?;
    ensure!(answer.header("x-gateway") == Some("own"), "{answer:?}");
    Ok(())
}
