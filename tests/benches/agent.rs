//! Measures with many containers on a real Docker engine how soon the hub's `/config` shows an
//! event, and how much time and memory the agent needs.

#[path = "../harness/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "the tests use all of it, a measurement little"
)]
mod harness;

#[path = "storm/reader.rs"]
#[allow(dead_code, reason = "the storm of agents uses all of it")]
mod reader;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use harness::{Binaries, Engine, Hub, Process, needs, soon};
use reader::Reader;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::block_in_place;
use tokio::time::{sleep, timeout};

/// The number of containers that run all the time.
const RUNNING: usize = 100;

/// The number of starts, and of ends, that are measured.
const ROUNDS: usize = 100;

/// The number of containers that start at once.
const BURST: usize = 50;

/// For so long the agent is watched at rest.
const REST: Duration = Duration::from_secs(30);

/// After this a change has failed to come.
const LIMIT: Duration = Duration::from_secs(20);

/// The most bodies that wait to be read.
const BODIES: usize = 1000;

/// A body of `/config` and when it had come whole.
type Seen = (SystemTime, String);

#[tokio::main]
async fn main() -> Result<()> {
    needs!(Docker);
    Binaries::release()?;
    let hub = Hub::without_grace().await?;
    let engine = Engine::start("worker").await?;
    let agent = engine.agent(&hub)?;
    soon("the hub is ready", async || {
        hub.get("/readyz").await?.expect(200)
    })
    .await?;
    rest("no container", &agent.process).await?;

    engine.serve_all(&names("app", RUNNING)).await?;
    let events = engine.spawn_client(&[
        "events",
        "--filter=event=start",
        "--filter=event=die",
        "--since=0",
        "--format={{.Actor.Attributes.name}} {{.Action}} {{.TimeNano}}",
    ])?;
    let (sender, mut bodies) = channel(BODIES);
    tokio::spawn(read(Reader::start(&hub).await?, sender));

    println!("{RUNNING} containers, from the engine's event to the hub's /config:");
    let mut times = Vec::new();
    block_in_place(|| engine.serve("probe"))?;
    until(&mut bodies, |body| body.contains("`probe.test`")).await?;
    for round in 1..=ROUNDS {
        block_in_place(|| engine.docker(&["kill", "probe"]))?;
        let gone = until(&mut bodies, |body| !body.contains("`probe.test`")).await?;
        times.push(since(gone, event(&events, "probe die", round).await?));
        block_in_place(|| engine.docker(&["start", "probe"]))?;
        let there = until(&mut bodies, |body| body.contains("`probe.test`")).await?;
        times.push(since(
            there,
            event(&events, "probe start", round + 1).await?,
        ));
    }
    times.sort();
    let at = |part: usize| times.get(times.len() * part / 100).map_or(0.0, millis);
    println!(
        "{} starts and ends, one by one: median {:.1} ms, 99 % within {:.1} ms, max {:.1} ms",
        times.len(),
        at(50),
        at(99),
        times.last().map_or(0.0, millis)
    );

    let burst = names("burst", BURST);
    engine.serve_all(&burst).await?;
    let whole = |body: &str| {
        burst
            .iter()
            .all(|name| body.contains(&format!("`{name}.test`")))
    };
    let seen = until(&mut bodies, whole).await?;
    let mut last = UNIX_EPOCH;
    for name in &burst {
        last = last.max(event(&events, &format!("{name} start"), 1).await?);
    }
    println!(
        "{BURST} starts at once: the last is there {:.1} ms after its event",
        millis(&since(seen, last))
    );
    rest(&format!("{} apps", RUNNING + BURST + 1), &agent.process).await
}

fn names(kind: &str, count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{kind}{number}")).collect()
}

/// Reads `/config` as Traefik does, until the receiver is gone.
async fn read(mut reader: Reader, bodies: Sender<Seen>) -> Result<()> {
    loop {
        let body = reader.ask().await?;
        let seen = (SystemTime::now(), String::from_utf8(body.into())?);
        if bodies.send(seen).await.is_err() {
            return Ok(());
        }
    }
}

/// The time of the first body for which `is` holds.
async fn until(bodies: &mut Receiver<Seen>, is: impl Fn(&str) -> bool) -> Result<SystemTime> {
    let wanted = async {
        loop {
            let (time, body) = bodies.recv().await.context("the reader has ended")?;
            if is(&body) {
                return Ok(time);
            }
        }
    };
    timeout(LIMIT, wanted).await.context("it is not seen")?
}

/// The time of the `number`th event of this kind.
async fn event(events: &Process, words: &str, number: usize) -> Result<SystemTime> {
    let begin = format!("{words} ");
    let what = format!("the event {words}");
    let time = soon(&what, async || {
        let lines = events.lines();
        let mut told = lines.iter().filter_map(|line| line.strip_prefix(&begin));
        let time = told.nth(number - 1).context("no such event")?;
        Ok(time.trim().to_owned())
    });
    Ok(UNIX_EPOCH + Duration::from_nanos(time.await?.parse()?))
}

/// A body may come before the event's own time has been written down to the end.
fn since(seen: SystemTime, event: SystemTime) -> Duration {
    seen.duration_since(event).unwrap_or_default()
}

fn millis(time: &Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// Prints how much time and memory the agent needs while nothing happens.
async fn rest(what: &str, agent: &Process) -> Result<()> {
    let before = busy(agent.id())?;
    sleep(REST).await;
    let used = busy(agent.id())?.saturating_sub(before);
    let part = used.as_secs_f64() / REST.as_secs_f64() * 100.0;
    let resident = agent.resident()?;
    println!("{what}: agent resident {resident:.1} MiB, at rest {part:.3} % of a core");
    Ok(())
}

/// For how long all threads of a process have run.
fn busy(id: u32) -> Result<Duration> {
    let mut total = Duration::ZERO;
    for thread in std::fs::read_dir(format!("/proc/{id}/task"))? {
        let text = std::fs::read_to_string(thread?.path().join("schedstat"))?;
        let nanos = text.split(' ').next().context("an empty schedstat")?;
        total += Duration::from_nanos(nanos.parse()?);
    }
    ensure!(!total.is_zero(), "the kernel does not count running time");
    Ok(total)
}
