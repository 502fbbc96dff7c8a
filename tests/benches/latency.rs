//! Starts containers one by one, and measures the time from each engine's start event to the first
//! 200 through a real Traefik.
//!
//! It uses a real Docker engine if there is one, and a simulated one, which takes no time itself.

#[path = "../harness/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "the tests use all of it, a measurement little"
)]
mod harness;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use harness::{Binaries, Engine, Hub, Part, Process, SimulatedHost, Traefik, present, soon, web};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::block_in_place;
use tokio::time::{sleep, timeout};

/// The number of containers that are started.
const STARTS: u32 = 50;

/// The path that our documents advise.
const PATH: &str = "/config?wait=3s";

/// The interval of requests for a route that does not exist yet.
const LOOK: Duration = Duration::from_millis(2);

/// After this a route has failed to come.
const LIMIT: Duration = Duration::from_secs(20);

/// The pause between a route and the next start.
#[derive(Clone, Copy)]
enum Pace {
    /// From one to three seconds, spread evenly, as people work.
    People,
    /// Nothing, as when a compose file is brought up.
    Burst,
}

/// The host of the containers.
enum Host {
    Docker(Box<Engine>, Process),
    Simulated(docker_sim::Engine),
}

#[tokio::main]
async fn main() -> Result<()> {
    Binaries::release()?;
    println!("{STARTS} starts, from the start event to the first 200 through Traefik:");
    if present(&[Part::Docker])? {
        measure("Docker", PATH, "1s", Pace::People).await?;
    }
    measure("simulated", PATH, "1s", Pace::People).await?;
    measure("simulated", PATH, "1s", Pace::Burst).await?;
    measure("simulated", PATH, "100ms", Pace::Burst).await?;
    measure("simulated", "/config", "1s", Pace::People).await
}

/// Prints one row.
async fn measure(kind: &str, path: &str, interval: &str, pace: Pace) -> Result<()> {
    let hub = Hub::without_grace().await?;
    let traefik = Traefik::polling(hub.port, path, interval).await?;
    // They must run until the end.
    let (host, _agent, _simulated) = match kind {
        "Docker" => {
            let engine = Box::new(Engine::start("worker").await?);
            let agent = engine.agent(&hub)?;
            let events = events(&engine)?;
            (Host::Docker(engine, events), Some(agent), None)
        }
        _ => {
            let (engine, simulated) = SimulatedHost::start(&hub, "one", []).await?;
            (Host::Simulated(engine), None, Some(simulated))
        }
    };
    soon("the hub is ready", async || {
        hub.get("/readyz").await?.expect(200)
    })
    .await?;
    let mut times = Vec::new();
    // The first one is for warming up.
    for number in 0..=STARTS {
        if matches!(pace, Pace::People) {
            // Multiples of the golden ratio are spread evenly, at any polling interval of Traefik.
            let part = (f64::from(number) * 0.618_034).fract();
            sleep(Duration::from_secs_f64(1.0 + 2.0 * part)).await;
        }
        let name = format!("app{number}");
        let (started, answered) = tokio::join!(host.start(&name), first_200(traefik.web, &name));
        if number > 0 {
            times.push(answered?.duration_since(started?).unwrap_or_default());
        }
    }
    times.sort();
    let at = |index: usize| times.get(index).map_or(0, Duration::as_millis);
    let pace = match pace {
        Pace::People => "1-3 s apart",
        Pace::Burst => "in a row",
    };
    println!(
        "{kind:9}, pollInterval {interval:5}, {path:15}, {pace:11}: \
         median {:4} ms, 90 % within {:4} ms, max {:4} ms",
        at(times.len() / 2),
        at(times.len() * 9 / 10),
        at(times.len() - 1)
    );
    Ok(())
}

impl Host {
    /// Starts a container that answers for `NAME.test`; the time of its start event.
    async fn start(&self, name: &str) -> Result<SystemTime> {
        match self {
            Self::Docker(engine, events) => {
                block_in_place(|| engine.serve(name))?;
                let line = events.line(&[&format!("{name} ")]).await?;
                let (_, time) = line.split_once(' ').context("an event without a time")?;
                Ok(UNIX_EPOCH + Duration::from_nanos(time.trim().parse()?))
            }
            Self::Simulated(engine) => {
                let container = engine.create(web(name))?;
                // The event comes within the call.
                let begun = SystemTime::now();
                engine.start(&container).await?;
                Ok(begun)
            }
        }
    }
}

/// A line for each start event: the container's name and the time in nanoseconds.
fn events(engine: &Engine) -> Result<Process> {
    let format = ["--format", "{{.Actor.Attributes.name}} {{.TimeNano}}"];
    let starts = ["events", "--filter", "event=start", "--since", "0"];
    engine.spawn_client(&[&starts[..], &format].concat())
}

/// When a request for `NAME.test` was answered first, asked over one connection.
async fn first_200(port: u16, name: &str) -> Result<SystemTime> {
    let mut socket = TcpStream::connect(("127.0.0.1", port)).await?;
    socket.set_nodelay(true)?;
    let request = format!("GET / HTTP/1.1\r\nHost: {name}.test\r\n\r\n");
    let mut answer = vec![0; 4096];
    let asking = async {
        loop {
            socket.write_all(request.as_bytes()).await?;
            // Both a container's answer and Traefik's own "not found" fit into one packet.
            let read = socket.read(&mut answer).await?;
            ensure!(read > 0, "Traefik hung up");
            if answer.starts_with(b"HTTP/1.1 200 ") {
                return Ok(SystemTime::now());
            }
            sleep(LOOK).await;
        }
    };
    let asked = timeout(LIMIT, asking).await;
    asked.with_context(|| format!("no route to {name} within {LIMIT:?}"))?
}
