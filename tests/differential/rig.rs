//! Containers and settings in, what two real Traefiks make of them out: one asks the engine
//! itself, the other our hub, whose agent asks the same engine.

use std::net::Ipv4Addr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use docker_sim::{ContainerSpec, Engine, Protocol};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::corpus::{Planned, State};
use super::elements::{self, Elements, Published};
use crate::harness::{Agent, Hub, TOKEN, Traefik, eventually};

/// The last container of all: once it is routed, so are all others, since a provider's whole
/// configuration is applied at once.
const SENTINEL: &str = "the-last-one";

/// The address that stands for the simulated host.
const HOST: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

/// How long each side may take to read all.
const LOADED: Duration = Duration::from_secs(40);

/// One round: what Traefik's provider and our agent are told beyond their defaults.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Of `providers.docker`.
    pub(crate) provider: Value,
    /// Of the agent's environment.
    pub(crate) agent: Vec<(&'static str, &'static str)>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            provider: json!({ "exposedByDefault": false }),
            agent: Vec::new(),
        }
    }
}

/// What each side made of the same containers, in comparable form.
#[derive(Debug)]
pub(crate) struct Sides {
    /// Traefik's own Docker provider.
    pub(crate) traefik: Elements,
    /// Our agent and hub.
    pub(crate) tether: Elements,
}

/// Runs the containers and asks both sides.
pub(crate) async fn run(containers: &[Planned], settings: &Settings) -> Result<Sides> {
    let folder = tempfile::tempdir()?;
    let socket = folder.path().join("docker.sock");
    let shutdown = CancellationToken::new();
    let engine = Engine::new("host").with_host_address(HOST);
    let _stop = shutdown.clone().drop_guard();
    engine.serve_unix(&socket, shutdown)?;
    fill(&engine, containers).await?;
    let endpoint = format!("unix://{}", socket.display());

    let file = folder.path().join("file.yml");
    std::fs::write(&file, include_str!("file.yml"))?;
    let direct = direct(&endpoint, &file, settings).await?;
    let hub = Hub::hasty().await?;
    let server = hub.url("");
    let host = HOST.to_string();
    let mut environment = vec![
        ("TETHERD_SERVER", server.as_str()),
        ("TETHERD_NAME", "host"),
        ("TETHERD_HOST_IP", &host),
        ("DOCKER_HOST", &endpoint),
    ];
    environment.extend(settings.agent.iter().copied());
    let _agent = Agent::start(&environment)?;
    let through = through(&hub, &file).await?;

    let published = Published::of(&engine, HOST.into());
    let translate = |text: &str, protocol: Protocol| published.translate(text, protocol);
    let same = |text: &str, _: Protocol| text.to_owned();
    let mut traefik = elements::elements(&loaded(&direct, "docker").await?, "docker", &translate)?;
    let mut tether = elements::elements(&loaded(&through, "http").await?, "http", &same)?;
    traefik.extend(elements::tls(&direct.received("docker")?));
    tether.extend(elements::tls(&through.received("http")?));
    Ok(Sides { traefik, tether })
}

async fn fill(engine: &Engine, containers: &[Planned]) -> Result<()> {
    for container in containers {
        let id = engine.create(container.spec.clone());
        let id = id.with_context(|| container.name.clone())?;
        if container.state != Some(State::Created) {
            engine
                .start(&id)
                .await
                .with_context(|| container.name.clone())?;
        }
        match container.state {
            Some(State::Exited) => engine.stop(&id).await?,
            Some(State::Paused) => engine.pause(&id)?,
            Some(State::Created) | None => {}
        }
    }
    let rule = format!("traefik.http.routers.{SENTINEL}.rule");
    let sentinel = ContainerSpec::new(SENTINEL)
        .label("traefik.enable", "true")
        .label(rule, format!("Host(`{SENTINEL}.test`)"))
        .publish(80);
    engine.run(sentinel).await?;
    Ok(())
}

/// A Traefik that reads the engine with its own Docker provider.
async fn direct(endpoint: &str, file: &Path, settings: &Settings) -> Result<Traefik> {
    let mut provider = settings.provider.clone();
    provider["endpoint"] = endpoint.into();
    Traefik::with(json!({
        "providers": { "docker": provider, "file": { "filename": file } },
    }))
    .await
}

/// A Traefik that reads the hub.
async fn through(hub: &Hub, file: &Path) -> Result<Traefik> {
    let provider = json!({
        "endpoint": hub.url("/config?wait=3s"),
        "pollInterval": "1s",
        "headers": { "Authorization": format!("Bearer {TOKEN}") },
    });
    Traefik::with(json!({
        "providers": { "http": provider, "file": { "filename": file } },
    }))
    .await
}

/// Its rawdata once all is in it.
async fn loaded(traefik: &Traefik, provider: &str) -> Result<Value> {
    let sentinel = format!("{SENTINEL}@{provider}");
    eventually(LOADED, &format!("{sentinel} in Traefik"), async || {
        let rawdata = traefik.rawdata().await?;
        ensure!(
            rawdata["routers"][&sentinel].is_object(),
            "{}",
            traefik.received(provider).err().map_or_else(
                || "what it received has no such router".to_owned(),
                |error| error.to_string()
            )
        );
        Ok(rawdata)
    })
    .await
}
