//! Servers that do not answer: named, and left to Traefik.

use anyhow::{Result, ensure};
use docker_sim::ContainerSpec;
use serde_json::json;

use crate::harness::{Hub, SimulatedHost, Traefik, free_port, needs, soon, web};
use crate::surface::explain::ask;

/// A container with a published port at which nothing listens.
fn silent(name: &str) -> ContainerSpec {
    ContainerSpec::new(name)
        .label("traefik.enable", "true")
        .label(
            format!("traefik.http.routers.{name}.rule"),
            format!("Host(`{name}.test`)"),
        )
        .publish(80)
}

#[tokio::test]
async fn a_server_that_refuses_connections_is_named_and_stays() -> Result<()> {
    needs!(Traefik);
    let api = free_port()?;
    let gateway = format!("http://127.0.0.1:{api}");
    let settings = [
        ("TETHER_STARTUP_GRACE", "0s"),
        ("TETHER_TRAEFIK_API", gateway.as_str()),
    ];
    let hub = Hub::with(&settings).await?;
    let provider = Traefik::provider(&hub.url("/config?wait=3s"), "1s");
    let traefik = Traefik::with_api(api, json!({ "providers": provider })).await?;
    let containers = [web("good"), silent("bad")];
    let (_engine, host) = SimulatedHost::start(&hub, "one", containers).await?;
    let problem = hub.problem("server_unreachable").await?;
    ensure!(problem["origin"]["container"] == "bad", "{problem}");
    let message = problem["message"].as_str().unwrap_or_default();
    ensure!(message.contains("refuses connections"), "{problem}");
    ensure!(message.contains("listening on 0.0.0.0"), "{problem}");

    let route = hub.route("bad").await?;
    ensure!(route["servers"][0]["reachability"] == "fails", "{route}");
    let good = hub
        .row("routes", "good answers", |row| {
            row["name"] == "good" && row["servers"][0]["reachability"] == "answers"
        })
        .await?;
    ensure!(good["servers"][0]["note"].is_null(), "{good}");
    let config = hub.config().await?;
    ensure!(config["http"]["routers"]["bad"].is_object(), "{config}");
    traefik.answers("bad.test", 502).await?;
    soon("explain tells it", async || {
        let (_, page) = ask(&host.endpoint, &["explain"]).await?;
        ensure!(page.contains("refuses connections"), "{page}");
        ensure!(page.contains("good: routed\n"), "{page}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_hub_that_does_not_probe_says_nothing_of_servers() -> Result<()> {
    let settings = [("TETHER_STARTUP_GRACE", "0s"), ("TETHER_NO_PROBE", "1")];
    let hub = Hub::with(&settings).await?;
    let (_engine, _host) = SimulatedHost::start(&hub, "one", [silent("bad")]).await?;
    let route = hub.route("bad").await?;
    ensure!(route["servers"][0]["reachability"].is_null(), "{route}");
    Ok(())
}
