//! Measures what it costs to ask Traefik and to try the servers, and how soon the hub tells that
//! Traefik uses a new route.

#[path = "../harness/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "the tests use all of it, a measurement little"
)]
mod harness;

#[path = "cpu.rs"]
mod cpu;

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use cpu::cpu_seconds;
use harness::{Binaries, Hub, SimulatedHost, Traefik, eventually, free_port, web};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

/// The number of routers at rest.
const ROUTERS: usize = 1000;

/// The time at rest that is measured, and the time before it, in which everything settles.
const REST: Duration = Duration::from_secs(60);
const SETTLING: Duration = Duration::from_secs(45);

/// The number of containers that are started.
const STARTS: usize = 30;

/// The interval of requests while something is awaited.
const LOOK: Duration = Duration::from_millis(10);

/// After this time something has failed to happen.
const LIMIT: Duration = Duration::from_secs(60);

#[tokio::main]
async fn main() -> Result<()> {
    Binaries::release()?;
    println!(
        "{ROUTERS} routers at rest, in % of a core over {} s:",
        REST.as_secs()
    );
    at_rest("neither", false, false).await?;
    at_rest("asks Traefik", true, false).await?;
    at_rest("tries servers", false, true).await?;
    at_rest("both", true, true).await?;
    until_told().await
}

/// A hub that asks a Traefik, if that is wanted, and this Traefik.
async fn hub_and_traefik(asks: bool, tries: bool) -> Result<(Hub, Traefik)> {
    let api = free_port()?;
    let gateway = format!("http://127.0.0.1:{api}");
    let mut settings = vec![("TETHER_STARTUP_GRACE", "0s")];
    if asks {
        settings.push(("TETHER_TRAEFIK_API", &gateway));
    }
    if !tries {
        settings.push(("TETHER_NO_PROBE", "1"));
    }
    let hub = Hub::with(&settings).await?;
    let provider = Traefik::provider(&hub.url("/config?wait=3s"), "1s");
    let sections = json!({ "providers": provider, "log": { "level": "ERROR" } });
    Ok((hub, Traefik::with_api(api, sections).await?))
}

/// Prints one row.
async fn at_rest(name: &str, asks: bool, tries: bool) -> Result<()> {
    let (hub, traefik) = hub_and_traefik(asks, tries).await?;
    let containers = (0..ROUTERS).map(|number| web(&format!("app{number}")));
    let (_engine, _host) = SimulatedHost::start(&hub, "one", containers).await?;
    eventually(LIMIT, "Traefik has all routers", async || {
        let data = traefik.rawdata().await?;
        let routers = data["routers"].as_object().context("no routers")?;
        let ours = routers.keys().filter(|name| name.ends_with("@http"));
        ensure!(ours.count() == ROUTERS);
        Ok(())
    })
    .await?;
    sleep(SETTLING).await;
    let programs = [&hub.process, &traefik.process];
    let mut used = [0.0; 2];
    let begin = Instant::now();
    for (used, program) in used.iter_mut().zip(programs) {
        *used = -cpu_seconds(program.id())?;
    }
    sleep(REST).await;
    for (used, program) in used.iter_mut().zip(programs) {
        *used += cpu_seconds(program.id())?;
    }
    let [hub, traefik] = used.map(|used| 100.0 * used / begin.elapsed().as_secs_f64());
    println!("  {name:14} hub {hub:5.2} %, Traefik {traefik:5.2} %");
    Ok(())
}

/// Prints the time from a route's first answer to the hub's word that Traefik uses it.
async fn until_told() -> Result<()> {
    let (hub, traefik) = hub_and_traefik(true, true).await?;
    let (engine, _host) = SimulatedHost::start(&hub, "one", []).await?;
    let mut times = Vec::new();
    for number in 0..STARTS {
        let name = format!("app{number}");
        let container = engine.create(web(&name))?;
        engine.start(&container).await?;
        let (answered, told) = tokio::try_join!(
            first(async || Ok(traefik.ask(&format!("{name}.test")).await?.status == 200)),
            first(async || Ok(is_enabled(&hub.state().await?, &name))),
        )?;
        times.push(told.saturating_duration_since(answered));
        // Spread evenly over the pace of the looks.
        sleep(Duration::from_secs_f64(
            0.5 + (number as f64 * 0.618_034).fract(),
        ))
        .await;
    }
    times.sort();
    let at = |index: usize| times.get(index).map_or(0, Duration::as_millis);
    println!(
        "from Traefik's first answer to its verdict in /api/state, {STARTS} starts: median {} ms, \
         90 % within {} ms, max {} ms",
        at(times.len() / 2),
        at(times.len() * 9 / 10),
        at(times.len() - 1)
    );
    Ok(())
}

/// The moment at which something is so for the first time.
async fn first(is_so: impl AsyncFn() -> Result<bool>) -> Result<Instant> {
    let looking = async {
        while !is_so().await? {
            sleep(LOOK).await;
        }
        Ok(Instant::now())
    };
    timeout(LIMIT, looking).await?
}

fn is_enabled(state: &Value, name: &str) -> bool {
    let routes = state["routes"].as_array();
    let route = routes.and_then(|routes| routes.iter().find(|route| route["name"] == name));
    route.is_some_and(|route| route["gateways"][0]["status"] == "enabled")
}
