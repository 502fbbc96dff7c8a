//! One service on two hosts, written differently.

use anyhow::{Result, ensure};
use docker_sim::ContainerSpec;
use serde_json::json;

use crate::harness::{Hub, SimulatedHost, Traefik, free_port, get, needs, soon, web};

/// A container of the service with these labels of its routers.
fn container(http: [(&str, &str); 3], tcp: &str) -> ContainerSpec {
    let http = http.map(|(field, value)| {
        (
            format!("traefik.http.routers.app.{field}"),
            value.to_owned(),
        )
    });
    web("app")
        .labels(http)
        .label("traefik.http.routers.plain.rule", "Host(`plain.test`)")
        .label("traefik.tcp.routers.app.rule", tcp)
        .label("traefik.tcp.routers.app.entrypoints", "tcp")
}

#[tokio::test]
async fn what_is_written_differently_is_balanced() -> Result<()> {
    needs!(Traefik);
    let api = free_port()?;
    let gateway = format!("http://127.0.0.1:{api}");
    let hub = Hub::with(&[
        ("TETHER_STARTUP_GRACE", "0s"),
        ("TETHER_TRAEFIK_API", &gateway),
    ])
    .await?;
    let secure = format!("127.0.0.1:{}", free_port()?);
    let sections = json!({
        "entryPoints": { "secure": { "address": secure, "http": { "tls": {} } } },
        "providers": Traefik::provider(&hub.url("/config?wait=3s"), "1s"),
    });
    let traefik = Traefik::with_api(api, sections).await?;
    let one = container(
        [
            ("rule", "Host(`app.test`) || Host(`www.test`)"),
            ("entrypoints", "web,secure"),
            ("priority", "0"),
        ],
        "HostSNI(`*`)",
    );
    let other = container(
        [
            ("rule", "(Host(\"WWW.test\"))||Host(`app.test`)"),
            ("entrypoints", "secure,web"),
            ("priority", "36"),
        ],
        "HostSNI( `*` )",
    );
    // At this entry point the router has TLS anyway.
    let at = ("traefik.http.routers.plain.entrypoints", "secure");
    let one = one.label(at.0, at.1);
    let other = other.label(at.0, at.1);
    let other = other.label("traefik.http.routers.plain.tls", "true");
    let (_one, _first) = SimulatedHost::start(&hub, "h1", [one]).await?;
    let (_two, _second) = SimulatedHost::start(&hub, "h2", [other]).await?;

    let tcp = format!("http://127.0.0.1:{}/", traefik.tcp);
    for engine in ["h1", "h2"] {
        let told = format!("engine: {engine}\n");
        for host in ["app.test", "www.test"] {
            soon(&format!("{engine} answers for {host}"), async || {
                let answer = traefik.ask(host).await?.expect(200)?;
                ensure!(answer.text()?.contains(&told), "{answer:?}");
                Ok(())
            })
            .await?;
        }
        soon(&format!("{engine} answers in TCP"), async || {
            let answer = get(&tcp).await?;
            ensure!(answer.text()?.contains(&told), "{answer:?}");
            Ok(())
        })
        .await?;
    }
    let config = hub.config().await?;
    let routers = config["http"]["routers"]
        .as_object()
        .map_or(0, serde_json::Map::len);
    ensure!(routers == 2, "{config}");
    let servers = &config["http"]["services"]["app"]["loadBalancer"]["servers"];
    ensure!(servers.as_array().map_or(0, Vec::len) == 2, "{config}");
    let state = hub.state().await?;
    let problems = state["problems"].as_array().cloned().unwrap_or_default();
    ensure!(problems.is_empty(), "{problems:#?}");
    Ok(())
}

#[tokio::test]
async fn what_differs_is_named() -> Result<()> {
    let hub = Hub::without_grace().await?;
    let checked = web("app").label(
        "traefik.http.services.app.loadbalancer.healthcheck.path",
        "/",
    );
    let (_one, _first) = SimulatedHost::start(&hub, "h1", [checked]).await?;
    hub.route("app").await?;
    let (_two, _second) = SimulatedHost::start(&hub, "h2", [web("app")]).await?;
    let problem = hub.problem("router_conflict").await?;
    let message = problem["message"].as_str().unwrap_or_default();
    let advice = "to balance over both make them equal: agent `h1` has `healthCheck`";
    ensure!(message.contains(advice), "{problem}");
    Ok(())
}
