//! `tether demo`: a hub, three simulated hosts with real agents, and Traefik if it is installed.

mod scene;
mod traefik;

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

use anyhow::{Context, anyhow};
use docker_sim::Engine;
use tether_proto::Token;
use tetherd::AgentConfig;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::auth::Tokens;
use crate::auth::sessions::random_id;
use crate::settings::{DemoSettings, Settings};
use scene::Scene;
use traefik::{Ports, Traefik};

/// The names of the simulated hosts.
const HOSTS: [&str; 3] = ["atlas", "juno", "vega"];

/// The socket of this machine's own engine, unless `DOCKER_HOST` is set.
const LOCAL_ENGINE: &str = "/var/run/docker.sock";

/// Runs the demo until `shutdown`.
///
/// # Errors
/// If a socket cannot be opened. Optional parts are left out.
pub async fn run(demo: DemoSettings, shutdown: CancellationToken) -> anyhow::Result<()> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let secret = random_id().context("cannot get random numbers")?;
    let hub = bind(demo.port).await?;
    let hub_port = hub.local_addr()?.port();
    let entry = bind(demo.traefik_port).await?;
    let entry_port = entry.local_addr()?.port();
    let api = bind(0).await?;
    let api_port = api.local_addr()?.port();
    let traefik = Traefik::find(demo.traefik.as_deref());

    let gateway = format!("traefik=http://127.0.0.1:{api_port}");
    let settings = Settings {
        entry_points: vec![("web".to_owned(), entry_port)],
        traefik_api: traefik.iter().map(|_| gateway.as_str().into()).collect(),
        // There are no earlier agents to wait for.
        startup_grace: std::time::Duration::ZERO,
        ..Settings::default()
    };
    let tokens = Tokens {
        all: Token::new(&secret),
        ..Tokens::default()
    };
    let tasks = TaskTracker::new();
    tasks.spawn(crate::run_on(hub, settings, tokens, shutdown.clone()));

    let server = format!("http://127.0.0.1:{hub_port}");
    let agent = |engine: &str| -> anyhow::Result<AgentConfig> {
        let config = AgentConfig::new(&server, engine).map_err(|error| anyhow!(error))?;
        Ok(AgentConfig {
            token: Token::new(&secret),
            ..config
        })
    };
    let mut engines = Vec::new();
    for (number, host) in (2..).zip(HOSTS) {
        let address = host_address(number);
        let engine = Engine::new(host).with_host_address(address);
        let socket = folder.path().join(format!("{host}.sock"));
        engine.serve_unix(&socket, shutdown.clone())?;
        let mut config = agent(&format!("unix://{}", socket.display()))?;
        config.host_address = Some(
            address
                .to_string()
                .parse()
                .map_err(|error| anyhow!("{error}"))?,
        );
        tasks.spawn(run_agent(config, shutdown.clone()));
        engines.push(engine);
    }
    if let Some(endpoint) = local_engine(&demo) {
        tasks.spawn(run_agent(agent(&endpoint)?, shutdown.clone()));
    }

    // Traefik takes over these ports.
    drop((entry, api));
    let ports = Ports {
        hub: hub_port,
        entry: entry_port,
        api: api_port,
    };
    let running = match &traefik {
        Some(traefik) => Some(traefik.start(folder.path(), &ports, &secret)?),
        None => None,
    };
    print!(
        "{}",
        welcome(hub_port, entry_port, &secret, running.is_some())
    );

    let scene = Scene::new(engines);
    scene.play(shutdown.clone()).await?;
    if let Some(running) = running {
        running.stop().await;
    }
    tasks.close();
    tasks.wait().await;
    Ok(())
}

/// Binds the port, or a free one if it is in use.
async fn bind(port: u16) -> anyhow::Result<TcpListener> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            eprintln!("port {port} is in use, using another one");
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
                .await
                .context("cannot listen on any port")
        }
        result => result.with_context(|| format!("cannot listen on port {port}")),
    }
}

/// An address of this machine that stands for one host. Linux has all of 127.0.0.0/8.
fn host_address(number: u8) -> IpAddr {
    let last = if cfg!(target_os = "linux") { number } else { 1 };
    Ipv4Addr::new(127, 0, 0, last).into()
}

fn local_engine(demo: &DemoSettings) -> Option<String> {
    if demo.no_docker {
        return None;
    }
    let given = std::env::var("DOCKER_HOST")
        .ok()
        .filter(|host| !host.is_empty());
    given.or_else(|| {
        Path::new(LOCAL_ENGINE)
            .exists()
            .then(|| format!("unix://{LOCAL_ENGINE}"))
    })
}

async fn run_agent(config: AgentConfig, shutdown: CancellationToken) {
    if let Err(error) = tetherd::run(config, shutdown).await {
        tracing::error!("an agent of the demo ended: {error:#}");
    }
}

fn welcome(hub: u16, entry: u16, secret: &str, traefik: bool) -> String {
    let links = if traefik {
        format!(
            "  Routes     http://whoami.localhost:{entry}/ and every other link in the dashboard"
        )
    } else {
        "  Routes     Traefik was not found, so links do not open: `make demo` fetches it,\n\
         \x20            or name it with --traefik PROGRAM"
            .to_owned()
    };
    format!(
        "\ntether demo\n\n  \
         Dashboard  http://localhost:{hub}/#token={secret}\n{links}\n\n  \
         For a Traefik of your own on this machine:\n\n    \
         providers:\n      http:\n        \
         endpoint: \"http://127.0.0.1:{hub}/config?wait=3s\"\n        \
         pollInterval: \"1s\"\n        \
         headers:\n          Authorization: \"Bearer {secret}\"\n\n  \
         Containers come and go every few seconds. Ctrl-C ends everything.\n\n"
    )
}
