//! One host with very many containers: each is served, explained and reached.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::harness::{Hub, SimulatedHost, Traefik, needs, report, soon, web};
use crate::surface::explain::ask;

/// The number of apps on one host, each with a router.
const APPS: usize = 500;

#[tokio::test]
async fn each_of_five_hundred_apps_on_one_host_is_routed() -> Result<()> {
    needs!(Traefik);
    let hub = Hub::without_grace().await?;
    let traefik = Traefik::start(&hub).await?;
    let names: BTreeSet<String> = (0..APPS).map(|number| format!("app{number}")).collect();
    let apps = names.iter().map(|name| web(name));
    let (_engine, host) = SimulatedHost::start(&hub, "one", apps).await?;

    let config = soon("all of them in /config", async || {
        let config = hub.config().await?;
        ensure!(keys(&config["http"]["routers"]) == names);
        Ok(config)
    })
    .await?;
    let services = config["http"]["services"].as_object();
    let services = services.context("no services")?;
    let urls: BTreeSet<&str> = services
        .values()
        .filter_map(|service| service["loadBalancer"]["servers"][0]["url"].as_str())
        .collect();
    ensure!(urls.len() == APPS, "{} servers", urls.len());
    let state = hub.state().await?;
    ensure!(state["problems"] == json!([]), "{state:#}");

    let of_hub: BTreeSet<String> = names.iter().map(|name| format!("{name}@http")).collect();
    soon("all of them in Traefik", async || {
        let data = traefik.rawdata().await?;
        let routers = data["routers"].as_object().context("no routers")?;
        let enabled = routers
            .iter()
            .filter(|(name, router)| name.ends_with("@http") && router["status"] == "enabled");
        let enabled: BTreeSet<String> = enabled.map(|(name, _)| name.clone()).collect();
        ensure!(enabled == of_hub, "{} are enabled", enabled.len());
        Ok(())
    })
    .await?;
    for name in &names {
        let answer = traefik.ask(&format!("{name}.test")).await?.expect(200)?;
        let answer = answer.text()?;
        ensure!(answer.contains(name), "for {name}: {answer}");
    }

    let (code, page) = ask(&host.endpoint, &["explain"]).await?;
    ensure!(code == Some(0), "explain: {code:?}");
    ensure!(
        page.ends_with(&format!("\n{APPS} routed\n")),
        "{:?}",
        page.lines().last()
    );
    let (_, page) = ask(&host.endpoint, &["explain", "--json"]).await?;
    let page: Value = serde_json::from_str(&page)?;
    let containers = page["engines"][0]["containers"].as_array();
    let explained = containers.into_iter().flatten();
    let explained: BTreeSet<String> = explained
        .filter(|one| one["outcome"] == "routed" && one["problems"] == json!([]))
        .filter_map(|one| one["name"].as_str().map(str::to_owned))
        .collect();
    ensure!(explained == names, "{} are explained", explained.len());
    report(&format!(
        "many: {APPS} apps: agent {:.1} MiB, hub {:.1} MiB (not optimised)",
        host.agent.process.resident()?,
        hub.process.resident()?
    ))
}

/// The names of an object's fields.
fn keys(object: &Value) -> BTreeSet<String> {
    let object = object.as_object().into_iter().flatten();
    object.map(|(name, _)| name.clone()).collect()
}
