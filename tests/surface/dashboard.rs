//! Checks the dashboard in a real browser.

use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::harness::{Browser, Hub, SimulatedHost, TOKEN, TestBed, needs, soon, web};

/// The longest time from a container's start until its row is visible.
const SEEN: Duration = Duration::from_secs(1);

/// A script that records when a row of this name becomes visible, in milliseconds of the wall clock.
fn watch(name: &str) -> String {
    format!(
        r#"window.opened = window.opened ?? performance.timeOrigin;
        window.seen = undefined;
        const look = () => {{
            const row = document.querySelector('[data-route="{name}"]');
            if (row?.checkVisibility()) window.seen ??= Date.now();
        }};
        new MutationObserver(look).observe(document, {{ childList: true, subtree: true, attributes: true }});
        look();"#
    )
}

#[tokio::test]
async fn a_route_is_seen_within_a_second_of_its_start_without_a_reload() -> Result<()> {
    needs!(Docker, Traefik, Browser, Web);
    let bed = TestBed::start().await?;
    let browser = open(&bed.hub).await?;
    browser
        .until("document.querySelector('[data-agent]')?.innerText")
        .await?;
    browser.eval(&watch("shown")).await?;

    bed.engine.serve("shown")?;
    let seen = browser
        .until("window.seen")
        .await?
        .as_u64()
        .context("no time")?;
    let begun = bed
        .engine
        .docker(&["inspect", "-f", "{{.State.StartedAt}}", "shown"])?;
    let begun = browser
        .eval(&format!("Date.parse('{begun}')"))
        .await?
        .as_u64()
        .context("no time")?;
    let took = Duration::from_millis(seen.saturating_sub(begun));
    println!("seen {took:?} after its start");
    ensure!(took < SEEN, "seen only after {took:?}");
    let row = browser
        .eval("document.querySelector('[data-route=\"shown\"]').innerText")
        .await?;
    let row = row.as_str().context("the row is empty")?;
    ensure!(row.contains("shown.test"), "the row says {row:?}");
    browser.screenshot("route").await?;

    bed.engine.docker(&["rm", "-f", "shown"])?;
    browser
        .until("!document.querySelector('[data-route=\"shown\"]')")
        .await?;
    let same = browser
        .eval("window.opened === performance.timeOrigin")
        .await?;
    ensure!(same == true, "the page was loaded again");
    let complaints = browser.errors().await?;
    ensure!(complaints.is_empty(), "the page complained: {complaints:?}");
    Ok(())
}

#[tokio::test]
async fn a_lost_connection_is_shown_until_the_hub_is_back() -> Result<()> {
    needs!(Docker, Traefik, Browser, Web);
    let mut bed = TestBed::start().await?;
    bed.engine.serve("kept")?;
    bed.hub.route("kept").await?;
    let browser = open(&bed.hub).await?;
    browser
        .until("document.querySelector('[data-route=\"kept\"]')?.checkVisibility()")
        .await?;

    bed.hub.process.kill()?;
    browser
        .until("document.querySelector('[data-connection=\"lost\"]')?.checkVisibility()")
        .await?;
    browser.screenshot("lost").await?;
    bed.hub.start_again().await?;
    bed.hub.route("kept").await?;
    browser
        .until("!document.querySelector('[data-connection=\"lost\"]')")
        .await?;
    // A hub keeps no login over its restart, so the page may ask for the token.
    let asks = "!document.querySelector('[data-connection]')";
    if browser.eval(asks).await? == true {
        browser.open(&dashboard(&bed.hub)).await?;
    }
    browser
        .until("document.querySelector('[data-connection=\"live\"]') && true")
        .await?;
    browser
        .until("document.querySelector('[data-route=\"kept\"]')?.checkVisibility()")
        .await?;
    Ok(())
}

#[tokio::test]
async fn a_problem_is_shown_with_its_container() -> Result<()> {
    needs!(Docker, Traefik, Browser, Web);
    let bed = TestBed::start().await?;
    let browser = open(&bed.hub).await?;
    let wrong = "traefik.http.routers.wrong.priority=high";
    bed.engine.run(
        "wrong",
        &["-p", "80", "-l", "traefik.enable=true", "-l", wrong],
    )?;
    let text = browser
        .until("document.querySelector('[data-problem=\"bad_value\"]')?.innerText")
        .await?;
    let text = text.as_str().context("the problem says nothing")?;
    ensure!(
        text.contains("wrong") && text.contains("high"),
        "it says {text:?}"
    );
    browser.screenshot("problem").await?;
    Ok(())
}

#[tokio::test]
async fn without_a_token_the_dashboard_shows_only_the_login() -> Result<()> {
    needs!(Browser, Web);
    let hub = Hub::start().await?;
    let browser = Browser::start()?;
    browser.open(&hub.url("/")).await?;
    browser
        .until("document.querySelector('input')?.checkVisibility()")
        .await?;
    ensure!(
        browser
            .eval("document.querySelector('[data-connection=\"live\"]')")
            .await?
            .is_null()
    );
    browser.screenshot("login").await?;
    Ok(())
}

#[tokio::test]
async fn a_lost_agent_is_forgotten_after_its_cost_was_shown() -> Result<()> {
    needs!(Browser, Web);
    let hub = Hub::without_grace().await?;
    let (_, mut lost) = SimulatedHost::start(&hub, "lost", [web("one"), web("two")]).await?;
    let (_, _live) = SimulatedHost::start(&hub, "live", [web("three")]).await?;
    for name in ["one", "two", "three"] {
        hub.route(name).await?;
    }
    lost.agent.process.kill()?;
    let browser = open(&hub).await?;
    let row = "document.querySelector('[data-agent=\"lost\"]')";
    let button = |words: &str| {
        format!(
            "[...{row}.querySelectorAll('button')].find((b) => b.innerText.startsWith('{words}'))"
        )
    };
    browser
        .until(&format!("{row}?.dataset.state === 'held'"))
        .await?;
    let live = "document.querySelector('[data-agent=\"live\"]').innerText.includes('Forget')";
    ensure!(browser.eval(live).await? == false, "a live one offers it");

    let says = format!("{row}.innerText");
    let ask = format!("{}?.click()", button("Forget …"));
    browser.eval(&ask).await?;
    browser
        .until(&format!(
            "{says}.includes('2 routes will be removed at once')"
        ))
        .await?;
    browser.screenshot("forget").await?;
    browser
        .eval(&format!("{}.click()", button("Cancel")))
        .await?;
    browser
        .until(&format!("!{says}.includes('at once')"))
        .await?;
    ensure!(hub.config().await?["http"]["routers"]["one"].is_object());

    browser.eval(&ask).await?;
    browser
        .until(&format!("{}?.checkVisibility()", button("Forget lost")))
        .await?;
    browser
        .eval(&format!("{}.click()", button("Forget lost")))
        .await?;
    browser.until(&format!("!{row}")).await?;
    soon("its routes are gone", async || {
        let config = hub.config().await?;
        let routers = config["http"]["routers"].as_object();
        let names: Vec<_> = routers.context("no routers")?.keys().collect();
        ensure!(names == ["three"], "{names:?}");
        Ok(())
    })
    .await?;
    hub.process.line(&["agent forgotten", "lost"]).await?;
    let complaints = browser.errors().await?;
    ensure!(complaints.is_empty(), "the page complained: {complaints:?}");
    Ok(())
}

async fn open(hub: &Hub) -> Result<Browser> {
    let browser = Browser::start()?;
    browser.open(&dashboard(hub)).await?;
    browser
        .until("document.querySelector('[data-connection=\"live\"]') && true")
        .await?;
    let address = browser.eval("location.href").await?;
    ensure!(
        !address.to_string().contains(TOKEN),
        "the token stays in the address: {address}"
    );
    Ok(browser)
}

/// The dashboard's address with the token, as `tether demo` prints it.
fn dashboard(hub: &Hub) -> String {
    hub.url(&format!("/#token={TOKEN}"))
}
