//! One hub's address and the agent's publication in; sessions, one after another, out.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use rustls::ClientConfig;
use tether_proto::{EngineId, Hello, SUBPROTOCOL};
use tether_runtime::server_url::ServerUrl;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use super::backoff::{Backoff, random};
use super::connect::{WireVersion, connect};
use super::dial::Addresses;
use super::drain::say_bye;
use super::legacy;
use super::session::Session;
use super::status::HubStatus;
use crate::docker::Engine;
use crate::host::Links;
use crate::log::fault_log::FaultLog;
use crate::resolve::publication::Publication;
use crate::settings::AgentConfig;

/// A session that lived so long was a good one: the next fault is a new one.
const GOOD: Duration = Duration::from_secs(10);

/// How long an agent that ends tries to tell a hub that it takes its routes along.
const LAST_TRY: Duration = Duration::from_secs(3);

/// One hub, and all that outlives a session with it.
pub(crate) struct Uplink {
    /// The agent's settings.
    pub(crate) config: Arc<AgentConfig>,
    /// The hub's place in them.
    pub(crate) index: usize,
    /// The agent's name.
    pub(crate) name: String,
    /// Random per process.
    pub(crate) instance: String,
    /// The trusted certificates.
    pub(crate) trust: Arc<ClientConfig>,
    /// The engines, for hello.
    pub(crate) engines: watch::Receiver<Vec<Engine>>,
    /// The agent's publication.
    pub(crate) publication: watch::Receiver<Publication>,
    /// Receives the links.
    pub(crate) links: Arc<watch::Sender<Links>>,
    /// The status of the hub.
    pub(crate) status: HubStatus,
}

impl Uplink {
    /// Keeps a session with `server` until `shutdown`.
    pub(crate) async fn run(self, server: ServerUrl, shutdown: CancellationToken) {
        let mut memory = Memory::default();
        let mut backoff = Backoff::default();
        while !shutdown.is_cancelled() {
            let start = Instant::now();
            let Err(error) = self.session(&server, &mut memory, &shutdown).await else {
                return;
            };
            self.status.lost(&error);
            if shutdown.is_cancelled() && !memory.drained {
                break;
            }
            if memory.drained {
                info!(
                    hub = %server,
                    agent = self.name,
                    "drained: the hub has been told to take this host out, and its routes are \
                     gone; restart tetherd to bring it back"
                );
                return shutdown.cancelled().await;
            }
            let text = format!("{error:#}");
            if memory.fault_log.is_new(&text, Instant::now()) {
                warn!("{text}; trying again");
            } else {
                debug!("{text}; trying again");
            }
            if memory.welcomed && start.elapsed() >= GOOD {
                backoff = Backoff::default();
            }
            memory.welcomed = false;
            let wait = backoff.next(Instant::now(), random());
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = sleep(wait) => {}
            }
        }
        if self.config.drain_on_stop {
            self.drain(&server, &mut memory).await;
        }
    }

    /// One more try of an agent that is to take its routes along and has no connection.
    async fn drain(&self, server: &ServerUrl, memory: &mut Memory) {
        let hello = self.hello(memory.roster.clone());
        let token = self.config.token.as_ref();
        let said = say_bye(server, token, &self.trust, &mut memory.addresses, hello);
        let why = match timeout(LAST_TRY, said).await {
            Ok(Ok(())) => return,
            Ok(Err(error)) => format!("{error:#}"),
            Err(_) => format!("{server} does not answer"),
        };
        warn!("not drained, so the hub may hold this host's routes: {why}");
    }

    async fn session(
        &self,
        server: &ServerUrl,
        memory: &mut Memory,
        shutdown: &CancellationToken,
    ) -> anyhow::Result<()> {
        let token = self.config.token.as_ref();
        let (socket, link, wire_version) = tokio::select! {
            () = shutdown.cancelled() => bail!("told to stop"),
            connected = connect(server, token, &self.trust, &mut memory.addresses) => connected?,
        };
        let hub = server.to_string();
        if wire_version == WireVersion::Legacy {
            memory.welcomed = true;
            memory.fault_log.clear();
            self.status.connected(None);
            info!(
                hub,
                agent = self.name,
                "connected to a hub that does not speak {SUBPROTOCOL}: it is told the routes, and \
                 tells nothing back"
            );
            let session = legacy::Session {
                hub: &hub,
                index: self.index,
                name: &self.name,
                env: &self.config.environment,
                publication: self.publication.clone(),
                links: &self.links,
                drain_on_stop: self.config.drain_on_stop,
                status: &self.status,
                verdicts: &mut memory.verdicts,
            };
            return session.run(socket, link, shutdown).await;
        }
        let hello = self.hello(memory.roster.clone());
        let Memory {
            roster,
            verdicts,
            fault_log,
            welcomed,
            drained,
            addresses: _,
        } = memory;
        let session = Session {
            hub: &hub,
            index: self.index,
            publication: self.publication.clone(),
            links: &self.links,
            status: &self.status,
            roster,
            drained,
            drain_on_stop: self.config.drain_on_stop,
            verdicts,
        };
        let name = &self.name;
        let greet = |welcome: &tether_proto::Welcome| {
            *welcomed = true;
            fault_log.clear();
            self.status.connected(Some(&welcome.hub));
            info!(
                hub,
                agent = name,
                version = welcome.hub,
                "connected to the hub"
            );
        };
        session.run(socket, link, hello, greet, shutdown).await
    }

    fn hello(&self, roster: Option<Vec<String>>) -> Hello {
        let engines = self.engines.borrow();
        hello(&self.config, &self.name, &self.instance, &engines, roster)
    }
}

/// The identity of the agent.
pub(crate) fn hello(
    config: &AgentConfig,
    name: &str,
    instance: &str,
    known: &[Engine],
    roster: Option<Vec<String>>,
) -> Hello {
    // A swarm is no host, so that it tells nothing of which host this is.
    let engines = known.iter().filter(|engine| engine.swarm.is_none());
    let engines = engines.map(|engine| EngineId {
        endpoint: engine.endpoint.clone(),
        id: engine.id.clone(),
        name: engine.name.clone(),
    });
    Hello {
        agent: name.to_owned(),
        instance: instance.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        env: config.environment.clone(),
        engines: engines.collect(),
        roster,
    }
}

/// The state that one session leaves to the next.
#[derive(Debug, Default)]
struct Memory {
    roster: Option<Vec<String>>,
    verdicts: BTreeSet<String>,
    fault_log: FaultLog,
    welcomed: bool,
    drained: bool,
    addresses: Addresses,
}
