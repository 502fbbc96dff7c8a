//! What a real Traefik says of the routes, read back through its API.

use anyhow::{Result, ensure};
use docker_sim::ContainerSpec;
use serde_json::{Value, json};

use crate::harness::{Hub, SimulatedHost, Traefik, free_port, needs, soon, web};
use crate::surface::explain::ask;

/// Starts a hub that asks these gateways.
async fn hub_of(gateways: &str) -> Result<Hub> {
    Hub::with(&[
        ("TETHER_STARTUP_GRACE", "0s"),
        ("TETHER_TRAEFIK_API", gateways),
    ])
    .await
}

/// Starts a Traefik that reads this hub, with its API at this port.
async fn traefik(hub: &Hub, api: u16, sections: Value) -> Result<Traefik> {
    let mut all = json!({ "providers": Traefik::provider(&hub.url("/config?wait=3s"), "1s") });
    if let (Value::Object(all), Value::Object(more)) = (&mut all, sections) {
        all.extend(more);
    }
    Traefik::with_api(api, all).await
}

/// A container whose middleware Traefik cannot load.
fn refused(name: &str) -> ContainerSpec {
    let uses = format!("traefik.http.routers.{name}.middlewares");
    let broken = format!("traefik.http.middlewares.{name}-plugin.plugin.missing.a");
    web(name)
        .label(uses, format!("{name}-plugin"))
        .label(broken, "b")
}

/// The status of a route at each gateway.
async fn statuses(hub: &Hub, route: &str) -> Result<Vec<(String, String)>> {
    let route = hub.route(route).await?;
    let gateways = route["gateways"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let pairs = gateways
        .iter()
        .map(|one| (text(&one["gateway"]), text(&one["status"])));
    Ok(pairs.collect())
}

async fn has_status(hub: &Hub, route: &str, expected: &[(&str, &str)]) -> Result<()> {
    soon(&format!("{route} is {expected:?}"), async || {
        let found = statuses(hub, route).await?;
        let found: Vec<_> = found
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        ensure!(found == expected, "{found:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_traefik_refuses_is_a_problem_of_its_container() -> Result<()> {
    needs!(Traefik);
    let api = free_port()?;
    let hub = hub_of(&format!("edge=http://127.0.0.1:{api}")).await?;
    let traefik = traefik(&hub, api, json!({})).await?;
    let (_engine, host) = SimulatedHost::start(&hub, "one", [web("good"), refused("bad")]).await?;
    has_status(&hub, "good", &[("edge", "enabled")]).await?;
    has_status(&hub, "bad", &[("edge", "disabled")]).await?;
    traefik.answers("good.test", 200).await?;
    traefik.answers("bad.test", 404).await?;

    let problem = hub.problem("traefik_refuses").await?;
    ensure!(problem["origin"]["container"] == "bad", "{problem}");
    ensure!(problem["origin"]["agent"] == "one", "{problem}");
    ensure!(problem["severity"] == "error", "{problem}");
    host.agent
        .process
        .line(&["Traefik disables", "`bad`"])
        .await?;
    soon("explain tells it", async || {
        let (code, page) = ask(&host.endpoint, &["explain"]).await?;
        ensure!(
            code == Some(1) && page.contains("bad: REFUSED BY TRAEFIK"),
            "{page}"
        );
        ensure!(page.contains("good: routed"), "{page}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn gateways_that_differ_are_told_apart() -> Result<()> {
    needs!(Traefik);
    let (one, two, port) = (free_port()?, free_port()?, free_port()?);
    let gateways = format!("one=http://127.0.0.1:{one},two=http://127.0.0.1:{two}");
    let hub = hub_of(&gateways).await?;
    let extra = json!({ "entryPoints": { "extra": { "address": format!("127.0.0.1:{port}") } } });
    let _one = traefik(&hub, one, extra).await?;
    let _two = traefik(&hub, two, json!({})).await?;
    let special = web("special").label("traefik.http.routers.special.entrypoints", "extra");
    let (_engine, _host) = SimulatedHost::start(&hub, "host", [special, web("usual")]).await?;
    let at_both = [("one", "enabled"), ("two", "enabled")];
    has_status(&hub, "usual", &at_both).await?;
    has_status(&hub, "special", &[("one", "enabled"), ("two", "disabled")]).await?;
    let problem = hub.problem("traefik_refuses").await?;
    let message = problem["message"].as_str().unwrap_or_default();
    ensure!(message.contains("at gateway `two`"), "{problem}");
    Ok(())
}

#[tokio::test]
async fn a_gateway_that_cannot_be_asked_is_a_note_and_holds_nothing_back() -> Result<()> {
    needs!(Traefik);
    let (api, nobody) = (free_port()?, free_port()?);
    let gateways = format!("locked=http://127.0.0.1:{api},gone=http://127.0.0.1:{nobody}");
    let hub = hub_of(&gateways).await?;
    // The API behind a password, on the usual entry point.
    let user = "me:$2y$05$YsKiT0Gp1Q6xsaPn4qGpVuf5jrv1ZGrbtUXBS0ENQpWxLTSdzPBqO";
    let dynamic = json!({ "http": {
        "routers": { "api": { "rule": "PathPrefix(`/api`)", "service": "api@internal",
            "middlewares": ["auth"], "entryPoints": ["locked"] } },
        "middlewares": { "auth": { "basicAuth": { "users": [user] } } },
    } });
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("file.yml");
    std::fs::write(&file, dynamic.to_string())?;
    let mut providers = Traefik::provider(&hub.url("/config?wait=3s"), "1s");
    providers["file"] = json!({ "filename": file });
    let locked = json!({ "address": format!("127.0.0.1:{api}") });
    let sections = json!({ "providers": providers, "entryPoints": { "locked": locked } });
    let traefik = Traefik::with(sections).await?;
    let (_engine, _host) = SimulatedHost::start(&hub, "one", [web("app")]).await?;
    traefik.answers("app.test", 200).await?;
    for words in ["requires credentials", "nothing listens"] {
        hub.row("problems", words, |row| {
            let message = row["message"].as_str().unwrap_or_default();
            row["code"] == "traefik_api" && message.contains(words)
        })
        .await?;
    }
    has_status(&hub, "app", &[("locked", "unknown"), ("gone", "unknown")]).await
}

#[tokio::test]
async fn a_new_agent_is_served_at_once_where_traefik_has_nothing_to_lose() -> Result<()> {
    needs!(Traefik);
    let api = free_port()?;
    // Longer than any test.
    let hub = Hub::with(&[
        ("TETHER_STARTUP_GRACE", "1h"),
        ("TETHER_TRAEFIK_API", &format!("http://127.0.0.1:{api}")),
    ])
    .await?;
    let (_engine, _host) = SimulatedHost::start(&hub, "one", [web("app")]).await?;
    ensure!(hub.get("/config").await?.status == 503, "it may wait");
    let traefik = traefik(&hub, api, json!({})).await?;
    traefik.answers("app.test", 200).await?;
    Ok(())
}
