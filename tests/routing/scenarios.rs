//! Docker hosts as people set them up: which container answers through the real Traefik.
//!
//! Each file of `scenarios/` is one agent with its settings and a table of containers, all of
//! them on one real engine. A request must reach the container that is named, and no other.

mod actors;
mod claims;
mod gateways;
mod place;
mod reader;

use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::harness::{Engine, Hub, needs, report, root};
use gateways::Gateways;
use place::Place;
use reader::Scene;

/// At least so many rows there are.
const ROWS: usize = 60;

#[tokio::test]
async fn every_scenario_holds() -> Result<()> {
    needs!(Docker, Traefik);
    let begun = Instant::now();
    let hub = Hub::without_grace().await?;
    let engine = Engine::start("worker").await?;
    let place = Place::lay(&engine, &hub)?;
    let mut scenes = Vec::new();
    let mut rows = 0;
    for scene in read(&place)? {
        rows += scene.rows();
        let missing = scene.needs.iter().find(|part| !place.has.contains(*part));
        match missing {
            Some(part) => report(&format!("skipped: {}: no {part} here", scene.name))?,
            None => scenes.push(scene),
        }
    }
    ensure!(rows >= ROWS, "of the rows only {rows} are left");

    let gateways = Gateways::start(&hub, &engine).await?;
    let mut agents = Vec::new();
    for scene in &scenes {
        scene.commands(&engine)?;
        // The containers exist already, so the agent's first route set has them all.
        agents.push(scene.agent(&engine, &hub)?);
    }
    for scene in &scenes {
        for claim in &scene.claims {
            let held = claim.holds(&hub, &engine, gateways.of(scene)).await;
            held.with_context(|| claim.place.clone())?;
        }
    }
    let took = begun.elapsed();
    report(&format!("{rows} rows on the real engine in {took:.0?}"))
}

/// The files of the folder, as they are at this place.
fn read(place: &Place) -> Result<Vec<Scene>> {
    let folder = root().join("tests/routing/scenarios");
    let files = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    let mut files = files.collect::<Result<Vec<_>>>()?;
    files.retain(|file| file.extension().is_some_and(|ending| ending == "txt"));
    files.sort();
    let scenes = files.iter().map(|file| {
        let name = file.file_stem().and_then(|name| name.to_str());
        let text = std::fs::read_to_string(file)?;
        reader::read(name.context("a file without a name")?, &text, &place.words)
    });
    scenes.collect()
}
