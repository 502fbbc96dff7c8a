//! Measures the size of both programs as released, and their memory when idle.

#[path = "../harness/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "the tests use all of it, a measurement little"
)]
mod harness;

use std::path::Path;

use anyhow::Result;

use harness::{Binaries, Hub, Process, SimulatedHost, soon, web};

/// The number of containers on the measured host.
const CONTAINERS: usize = 20;

#[tokio::main]
async fn main() -> Result<()> {
    let binaries = Binaries::release()?;
    let hub = Hub::without_grace().await?;
    let containers = (0..CONTAINERS).map(|number| web(&format!("app{number}")));
    let (_engine, host) = SimulatedHost::start(&hub, "one", containers).await?;
    soon("all routes", async || {
        let config = hub.config().await?;
        let routers = config["http"]["routers"]
            .as_object()
            .map_or(0, serde_json::Map::len);
        anyhow::ensure!(routers == CONTAINERS, "{routers} routers");
        Ok(())
    })
    .await?;
    println!("one agent, {CONTAINERS} containers, no dashboard open:");
    row("tether", &binaries.tether, &hub.process)?;
    row("tetherd", &binaries.tetherd, &host.agent.process)?;
    Ok(())
}

fn row(name: &str, program: &Path, process: &Process) -> Result<()> {
    let size = std::fs::metadata(program)?.len();
    #[allow(
        clippy::cast_precision_loss,
        reason = "a program has fewer than 2^52 bytes"
    )]
    let size = size as f64 / (1024.0 * 1024.0);
    println!(
        "{name:8} program {size:5.1} MiB, resident {:5.1} MiB",
        process.resident()?
    );
    Ok(())
}
