//! Connects a thousand agents at once, and measures how soon the hub serves their routes, on both
//! wires.
//!
//! All agents are of this process, so that their load and the hub's share the machine. Every body
//! that is answered with 200 is counted: none may lack a route.

#[path = "../harness/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "the tests use all of it, a measurement little"
)]
mod harness;

#[path = "storm/agent.rs"]
mod agent;
#[path = "storm/reader.rs"]
mod reader;

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::time::{sleep, timeout};

use agent::{Fleet, Wire};
use harness::{Binaries, Hub};
use reader::{Reader, check_until_whole};

/// The number of routers of each agent.
const ROUTERS: usize = 10;

/// The number of changes that are timed, each of another agent.
const CHANGES: usize = 200;

/// The time between two changes, so that each is timed alone.
const PAUSE: Duration = Duration::from_millis(50);

/// Nothing takes longer.
const LIMIT: Duration = Duration::from_secs(60);

#[tokio::main]
async fn main() -> Result<()> {
    Binaries::release()?;
    for (wire, agents) in [(Wire::V1, 100), (Wire::V1, 1000), (Wire::Legacy, 1000)] {
        println!("{agents} agents × {ROUTERS} routers, {}:", wire.name());
        storm(wire, agents).await?;
    }
    Ok(())
}

async fn storm(wire: Wire, agents: usize) -> Result<()> {
    // The servers' addresses lead nowhere.
    let mut hub = Hub::with(&[("TETHER_NO_PROBE", "1")]).await?;
    let routers = agents * ROUTERS;
    let start = Instant::now();
    let fleet = Fleet::start(wire, hub.port, agents);
    let checked = check_until_whole(&hub, routers, LIMIT).await?;
    println!(
        "  whole after            {:8.0} ms, {checked}",
        ms(start.elapsed())
    );

    let mut reader = Reader::start(&hub).await?;
    let mut times = Vec::new();
    for change in 0..CHANGES {
        sleep(PAUSE).await;
        let marker = fleet.change(change * 37 % agents, change)?;
        let sent = Instant::now();
        let seen = reader.until(&marker);
        let seen = timeout(LIMIT, seen).await.context("a change is lost")??;
        times.push(seen.duration_since(sent));
    }
    times.sort();
    let at = |share: usize| ms(times[(times.len() - 1) * share / 100]);
    println!(
        "  change in /config      median {:.1} ms, 99 of 100 within {:.1} ms, at most {:.1} ms",
        at(50),
        at(99),
        at(100)
    );
    drop(reader);
    let (resident, peak) = memory(hub.process.id())?;
    println!("  hub resident           {resident:8.1} MiB, at most {peak:.1} MiB");

    hub.process.kill()?;
    hub.start_again().await?;
    let start = Instant::now();
    let checked = check_until_whole(&hub, routers, LIMIT).await?;
    println!(
        "  killed, whole after    {:8.0} ms, {checked}",
        ms(start.elapsed())
    );
    Ok(())
}

/// The memory that a process has now and the most it had, in MiB.
fn memory(id: u32) -> Result<(f64, f64)> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
    let field = |name: &str| -> Result<f64> {
        let mut lines = status.lines();
        let line = lines.find_map(|line| line.strip_prefix(name));
        let kilobytes = line.and_then(|line| line.split_whitespace().next());
        let kilobytes: f64 = kilobytes.context("no such field")?.parse()?;
        Ok(kilobytes / 1024.0)
    };
    let (resident, peak) = (field("VmRSS:")?, field("VmHWM:")?);
    ensure!(resident > 0.0, "the hub has ended");
    Ok((resident, peak))
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
