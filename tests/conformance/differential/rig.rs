//! Runs two real Traefiks: one asks the engine itself, the other our hub, whose agent asks the same
//! engine.

use std::net::Ipv4Addr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use docker_sim::{Engine, Protocol};
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::corpus::{Planned, State};
use super::elements::{self, Elements, Published};
use crate::harness::{Agent, Binaries, Hub, TOKEN, Traefik, eventually, web};

/// The address that stands for the simulated host.
const HOST: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

/// The containers that start after all others, and their label.
const SENTINEL: &str = "sentinel";

/// How long each side may take to read all.
const LOADED: Duration = Duration::from_secs(60);

/// The settings of Traefik's Docker provider beyond the defaults of our agent.
#[derive(Debug, Default)]
pub(crate) struct Settings(Map<String, Value>);

impl Settings {
    /// With constraints that let the sentinels through.
    pub(crate) fn new(mut settings: Map<String, Value>) -> Self {
        if let Some(Value::String(constraints)) = settings.get_mut("constraints") {
            *constraints = format!("({constraints}) || Label(`{SENTINEL}`, `true`)");
        }
        Self(settings)
    }

    /// For Traefik's provider.
    fn provider(&self, endpoint: &str) -> Value {
        let mut provider = json!({ "exposedByDefault": false, "endpoint": endpoint });
        if let Value::Object(provider) = &mut provider {
            provider.extend(self.0.clone());
        }
        provider
    }

    /// For the agent: `allowEmptyServices` is `TETHERD_ALLOW_EMPTY_SERVICES`.
    fn agent(&self) -> Vec<(String, String)> {
        let variable = |(name, value): (&String, &Value)| {
            let mut variable = "TETHERD_".to_owned();
            for letter in name.chars() {
                if letter.is_uppercase() {
                    variable.push('_');
                }
                variable.push(letter.to_ascii_uppercase());
            }
            let text = value.as_str().map(str::to_owned);
            (variable, text.unwrap_or_else(|| value.to_string()))
        };
        self.0.iter().map(variable).collect()
    }
}

/// The elements of each side for the same containers, in comparable form.
#[derive(Debug)]
pub(crate) struct Sides {
    /// Traefik's own Docker provider.
    pub(crate) traefik: Elements,
    /// Our agent and hub.
    pub(crate) tether: Elements,
}

/// An engine, and the two ways from it into a Traefik.
pub(crate) struct Rig {
    /// The containers, to be changed.
    pub(crate) engine: Engine,
    direct: Traefik,
    through: Traefik,
    _hub: Hub,
    _agent: Agent,
    _folder: TempDir,
    _stop: DropGuard,
    sentinels: usize,
}

impl Rig {
    /// Runs the containers and starts everything that reads them.
    pub(crate) async fn start(containers: &[Planned], settings: &Settings) -> Result<Self> {
        // Rounds share one task: a build in the middle of it would use up the others' time limits.
        Binaries::get()?;
        let folder = tempfile::tempdir()?;
        let socket = folder.path().join("docker.sock");
        let shutdown = CancellationToken::new();
        let engine = Engine::new("host").with_host_address(HOST);
        let stop = shutdown.clone().drop_guard();
        engine.serve_unix(&socket, shutdown)?;
        fill(&engine, containers).await?;
        let endpoint = format!("unix://{}", socket.display());

        let file = folder.path().join("file.yml");
        std::fs::write(&file, include_str!("file.yml"))?;
        let direct = direct(&endpoint, &file, settings).await?;
        let hub = Hub::with(&[
            ("TETHER_STARTUP_GRACE", "0s"),
            ("TETHER_ALLOW_INTERNAL", "*"),
        ])
        .await?;
        let agent = agent(&hub, &endpoint, settings)?;
        let through = through(&hub, &file).await?;
        // Traefik lists first and then subscribes, so it would miss a container that starts between.
        let mut seen = engine.observe();
        let listening = seen.wait_for(|seen| seen.streams == 2);
        let listening = tokio::time::timeout(LOADED, listening).await;
        listening.context("not both listen to the engine's events")??;
        Ok(Self {
            engine,
            direct,
            through,
            _hub: hub,
            _agent: agent,
            _folder: folder,
            _stop: stop,
            sentinels: 0,
        })
    }

    /// Starts one more container, waits until both sides have it, and returns their elements. By
    /// then all earlier changes have arrived, except those during a list of the agent.
    pub(crate) async fn sentinel(&mut self) -> Result<Sides> {
        self.sentinels += 1;
        let container = web(&self.newest()).label(SENTINEL, "true");
        self.engine.run(container).await?;
        self.sides().await
    }

    fn newest(&self) -> String {
        format!("{SENTINEL}-{}", self.sentinels)
    }

    /// The elements of both sides for the present containers, including the newest sentinel.
    pub(crate) async fn sides(&self) -> Result<Sides> {
        let sentinel = self.newest();
        let direct = loaded(&self.direct, &sentinel, "docker").await?;
        let through = loaded(&self.through, &sentinel, "http").await?;

        let published = Published::of(&self.engine, HOST.into());
        let translate = |text: &str, protocol: Protocol| published.translate(text, protocol);
        let same = |text: &str, _: Protocol| text.to_owned();
        let mut traefik = elements::elements(&direct, "docker", &translate)?;
        let mut tether = elements::elements(&through, "http", &same)?;
        traefik.extend(elements::tls(&self.direct.received("docker")?));
        tether.extend(elements::tls(&self.through.received("http")?));
        Ok(Sides { traefik, tether })
    }
}

/// Starts the agent that watches the engine.
fn agent(hub: &Hub, endpoint: &str, settings: &Settings) -> Result<Agent> {
    let (server, host) = (hub.url(""), HOST.to_string());
    let mut environment = vec![
        ("TETHERD_SERVER", server.as_str()),
        ("TETHERD_NAME", "host"),
        ("TETHERD_HOST_IP", &host),
        ("DOCKER_HOST", endpoint),
        // Then it has one stream of events, as Traefik does, and both can be counted.
        ("TETHERD_SWARM", "false"),
    ];
    let more = settings.agent();
    environment.extend(
        more.iter()
            .map(|(name, value)| (name.as_str(), value.as_str())),
    );
    Agent::start(&environment)
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
    Ok(())
}

/// A Traefik that reads the engine with its own Docker provider.
async fn direct(endpoint: &str, file: &Path, settings: &Settings) -> Result<Traefik> {
    let provider = settings.provider(endpoint);
    Traefik::with(json!({
        "providers": {
            "providersThrottleDuration": "100ms", "docker": provider, "file": { "filename": file },
        },
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
        "providers": {
            "providersThrottleDuration": "100ms", "http": provider, "file": { "filename": file },
        },
    }))
    .await
}

/// Its rawdata once the sentinel is in it. It started after all others, and the whole
/// configuration of a provider is applied at once.
async fn loaded(traefik: &Traefik, sentinel: &str, provider: &str) -> Result<Value> {
    let sentinel = format!("{sentinel}@{provider}");
    eventually(LOADED, &format!("{sentinel} in Traefik"), async || {
        let rawdata = traefik.rawdata().await?;
        let routers = rawdata["routers"].as_object();
        let routers = routers.context("no routers")?;
        ensure!(
            routers.contains_key(&sentinel),
            "not among {} routers",
            routers.len()
        );
        Ok(rawdata)
    })
    .await
}
