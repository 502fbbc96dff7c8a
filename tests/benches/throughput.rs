//! Measures how often a second a hub on one core answers `/config`. Every body is read whole and
//! compared.
//!
//! The load comes from the last core, over keep-alive connections that each ask again as soon as
//! they are answered.

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

use anyhow::{Context, Result, bail, ensure};
use cpu::cpu_seconds;
use harness::{Binaries, Hub, SimulatedHost, TOKEN, command, get_with, run, soon, web};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The number of containers, for a configuration of about 32 kB.
const CONTAINERS: usize = 253;

/// The number of connections that ask at once.
const CONNECTIONS: usize = 16;

/// For how long each kind of request is measured, after as long a time to warm up.
const SPAN: Duration = Duration::from_secs(5);

/// How often each kind is measured: on a machine with other work the best one counts.
const ROUNDS: usize = 3;

/// The largest head of an answer, in bytes.
const HEAD_LIMIT: usize = 4096;

/// The cores: the hub has the first one, the load the last one.
struct Cores {
    hub: usize,
    load: usize,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    Binaries::release()?;
    let cores = Cores::of_this_machine()?;
    // A child begins where its parent is.
    pin(cores.hub)?;
    let hub = Hub::without_grace().await?;
    pin(cores.load)?;
    let containers = (0..CONTAINERS).map(|number| web(&format!("app{number}")));
    let (_engine, _host) = SimulatedHost::start(&hub, "one", containers).await?;
    let bearer = format!("Bearer {TOKEN}");
    let whole = soon("all routes", async || {
        let config = hub.get("/config").await?.expect(200)?;
        let routers = config.json()?["http"]["routers"]
            .as_object()
            .map_or(0, serde_json::Map::len);
        ensure!(routers == CONTAINERS, "{routers} routers");
        Ok(config)
    })
    .await?;
    let head = [
        ("authorization", bearer.as_str()),
        ("accept-encoding", "gzip"),
    ];
    let zipped = get_with(&hub.url("/config"), &head).await?.expect(200)?;
    println!(
        "{CONNECTIONS} connections, hub on core {}, load on core {}:",
        cores.hub, cores.load
    );
    for (name, more, body) in [
        ("as it is", "", &whole.body),
        ("gzip", "Accept-Encoding: gzip\r\n", &zipped.body),
    ] {
        let request =
            format!("GET /config HTTP/1.1\r\nHost: hub\r\nAuthorization: {bearer}\r\n{more}\r\n");
        measure(&hub, name, &request, body).await?;
    }
    Ok(())
}

/// Prints one row.
async fn measure(hub: &Hub, name: &str, request: &str, body: &[u8]) -> Result<()> {
    let mut best = (0.0, 0.0);
    for _ in 0..ROUNDS {
        load(hub.port, request, body, SPAN).await?;
        let (cpu, begin) = (cpu_seconds(hub.process.id())?, Instant::now());
        let answered = load(hub.port, request, body, SPAN).await?;
        let seconds = begin.elapsed().as_secs_f64();
        let cpu = cpu_seconds(hub.process.id())? - cpu;
        #[allow(clippy::cast_precision_loss, reason = "it is less than 2^52")]
        let answered = answered as f64;
        if answered / seconds > best.0 {
            best = (answered / seconds, cpu / answered);
        }
    }
    let (rate, cost) = best;
    println!(
        "{name:9} {:6} bytes: {rate:7.0} requests/s, {:4.1} µs of the hub's core each",
        body.len(),
        cost * 1e6
    );
    Ok(())
}

/// How many answers all connections together got within `span`.
async fn load(port: u16, request: &str, body: &[u8], span: Duration) -> Result<usize> {
    let end = Instant::now() + span;
    let mut connections = tokio::task::JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (request, body) = (request.to_owned(), body.to_vec());
        connections.spawn(async move { ask(port, &request, &body, end).await });
    }
    let mut answered = 0;
    while let Some(count) = connections.join_next().await {
        answered += count??;
    }
    Ok(answered)
}

/// One connection: asks and reads until `end`.
async fn ask(port: u16, request: &str, body: &[u8], end: Instant) -> Result<usize> {
    let mut socket = TcpStream::connect(("127.0.0.1", port)).await?;
    socket.set_nodelay(true)?;
    let mut buffer = vec![0; HEAD_LIMIT + body.len()];
    let mut answered = 0;
    while Instant::now() < end {
        socket.write_all(request.as_bytes()).await?;
        let mut filled = 0;
        let mut whole = None;
        while whole.is_none_or(|whole| filled < whole) {
            let read = socket.read(&mut buffer[filled..]).await?;
            ensure!(read > 0, "the hub hung up");
            filled += read;
            if whole.is_none() {
                whole = length(&buffer[..filled])?;
            }
        }
        let whole = whole.context("no answer")?;
        ensure!(filled == whole, "more than one answer");
        ensure!(buffer[..whole].ends_with(body), "another body");
        answered += 1;
    }
    Ok(answered)
}

/// The length of an answer, head and all, as soon as its head is there.
fn length(answer: &[u8]) -> Result<Option<usize>> {
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else {
        ensure!(answer.len() < HEAD_LIMIT, "a head without an end");
        return Ok(None);
    };
    let head = std::str::from_utf8(&answer[..end])?;
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap_or_default();
    if !status.starts_with("HTTP/1.1 200 ") {
        bail!("the hub says {status}");
    }
    let mut named = lines.filter_map(|line| line.split_once(':'));
    let length = named.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let (_, length) = length.context("an answer without its length")?;
    Ok(Some(end + 4 + length.trim().parse::<usize>()?))
}

impl Cores {
    fn of_this_machine() -> Result<Self> {
        let count = std::thread::available_parallelism()?.get();
        ensure!(
            count > 1,
            "one core for the hub and one for the load: there is only one"
        );
        Ok(Self {
            hub: 0,
            load: count - 1,
        })
    }
}

/// Moves this process, and the children it will have, to one core.
fn pin(core: usize) -> Result<()> {
    let process = std::process::id().to_string();
    let core = core.to_string();
    let mut taskset = command("taskset");
    run(taskset.args(["-a", "-c", "-p", &core, &process])).context("util-linux is needed")?;
    Ok(())
}
