//! A container with a bad rule: its route is served and marked, one problem names the remedy, and
//! no other container is affected.

use anyhow::{Context, Result, ensure};
use docker_sim::ContainerSpec;

use crate::harness::{Browser, Hub, SimulatedHost, TOKEN, Traefik, needs, web};

const RULE_LABEL: &str = "traefik.http.routers.bad.rule";

fn bad() -> ContainerSpec {
    web("bad").label(RULE_LABEL, "Hosts(`bad.test`)")
}

#[tokio::test]
async fn a_bad_rule_disables_its_route_and_suggests_the_matcher() -> Result<()> {
    needs!(Traefik);
    let hub = Hub::without_grace().await?;
    let (_engine, host) = SimulatedHost::start(&hub, "one", [bad(), web("good")]).await?;
    let route = hub.route("bad").await?;
    let fault = route["fault"].as_str().context("the route has no fault")?;
    ensure!(fault.contains("did you mean `Host`?"), "{fault}");
    assert!(hub.route("good").await?["fault"].is_null());

    let state = hub.state().await?;
    let problems = state["problems"].as_array().context("no problems")?;
    ensure!(problems.len() == 1, "told more than once: {problems:#?}");
    assert_eq!(problems[0]["code"], "bad_rule");
    assert_eq!(problems[0]["severity"], "error");
    assert_eq!(problems[0]["origin"]["container"], "bad");
    assert_eq!(problems[0]["origin"]["label"], RULE_LABEL);
    assert_eq!(problems[0]["message"], fault);
    host.agent.process.line(&["bad", "did you mean"]).await?;

    let traefik = Traefik::start(&hub).await?;
    traefik.answers("good.test", 200).await?;
    traefik.answers("bad.test", 404).await?;
    let routers = &traefik.rawdata().await?["routers"];
    assert_eq!(routers["bad@http"]["status"], "disabled", "{routers:#}");
    Ok(())
}

#[tokio::test]
async fn the_dashboard_shows_the_fault_at_its_route() -> Result<()> {
    needs!(Browser, Web);
    let hub = Hub::without_grace().await?;
    let (_engine, _host) = SimulatedHost::start(&hub, "one", [bad(), web("good")]).await?;
    hub.route("good").await?;
    let browser = Browser::start()?;
    browser.open(&hub.url(&format!("/#token={TOKEN}"))).await?;
    let text = browser
        .until("document.querySelector('[data-route=\"bad\"] .fault')?.innerText")
        .await?;
    ensure!(text.to_string().contains("Hosts"), "it says {text}");
    let others = browser
        .eval("document.querySelector('[data-route=\"good\"] .fault')")
        .await?;
    ensure!(others.is_null(), "a good route is marked: {others}");
    browser
        .until("document.querySelector('[data-problem=\"bad_rule\"]')?.checkVisibility()")
        .await?;
    browser.screenshot("bad-rule").await?;
    Ok(())
}
