//! Follows a swarm through one of its managers: the tasks of its services become the containers of
//! one more engine. A node that manages no swarm costs one subscription and one request a minute.

mod answer;
mod manager;
mod read;

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use super::api::client::Client;
use super::api::endpoint::Endpoint;
use super::api::query;
use super::model::container::Idle;
use super::model::engine::{Engine, Reach, Swarm};
use crate::log::fault_log::FaultLog;
use manager::{Part, SwarmError, look, part};
use read::Found;

/// The prefix that turns a manager's address into the name of the swarm's engine.
const SCHEME: &str = "swarm+";

/// A look at least this often: no event tells what becomes of a task on another node. Traefik's
/// own provider looks each 15 s.
const LOOK_INTERVAL: Duration = Duration::from_secs(5);

/// A look this often while something is on its way.
const UNSETTLED_INTERVAL: Duration = Duration::from_millis(500);

/// The time after an event in which more is expected: the tasks follow their service.
const UNSETTLED_LIMIT: Duration = Duration::from_secs(10);

/// An engine that manages no swarm is asked again so often; an event tells of most changes.
const IDLE_INTERVAL: Duration = Duration::from_secs(60);

/// The longest wait after a fault.
const RETRY_MOST: Duration = Duration::from_secs(5);

/// The events that may change a swarm. A manager's own tasks are containers, which start and end
/// before the manager reports them.
const TYPES: [&str; 3] = ["service", "node", "container"];
const EVENTS: [&str; 6] = [
    "create",
    "update",
    "remove",
    "start",
    "die",
    "health_status",
];

/// The event of a node that becomes a manager.
const MEMBERSHIP: [&str; 1] = ["node"];

/// Watches the swarm that an engine manages until `shutdown`; `publish` gets its word whenever it
/// was looked at, and none where there is no swarm.
pub(super) async fn watch(
    endpoint: &Endpoint,
    publish: impl Fn(Option<&Engine>),
    shutdown: CancellationToken,
) {
    let mut watcher = Watcher {
        endpoint,
        publish,
        known: None,
        faults: 0,
        fault_log: FaultLog::default(),
    };
    let forever = async {
        loop {
            let wait = match watcher.session().await {
                Ok(wait) => wait,
                Err(gap) => watcher.gap(gap),
            };
            sleep(wait.max(UNSETTLED_INTERVAL)).await;
        }
    };
    // One branch never ends, so the shutdown is all that can be waited for.
    tokio::select! {
        () = shutdown.cancelled() => {}
        () = forever => {}
    }
}

/// The swarm that an engine manages, asked once, and its tasks that do not run; none if it
/// manages none, or does not let us ask.
///
/// # Errors
/// If it cannot be listed: what happened and what to do.
pub(super) async fn survey(endpoint: &Endpoint) -> anyhow::Result<Option<(Engine, Vec<Idle>)>> {
    let asked = async {
        let client = Client::connect(endpoint)
            .await
            .map_err(SwarmError::Failed)?;
        if client.is_podman() {
            return Err(SwarmError::NotManager);
        }
        let part = part(&client, endpoint).await?;
        let found = look(&client, endpoint, &part, &[]).await?;
        let (engine, idle) = engine(endpoint, &part, found);
        let reach = client.reach();
        Ok((Engine { reach, ..engine }, idle))
    };
    match asked.await {
        Ok(found) => Ok(Some(found)),
        Err(SwarmError::NotManager | SwarmError::Forbidden(_)) => Ok(None),
        Err(SwarmError::Failed(error)) => Err(error),
    }
}

struct Watcher<'a, P> {
    endpoint: &'a Endpoint,
    publish: P,
    known: Option<Engine>,
    /// Faults since the last good look.
    faults: u32,
    fault_log: FaultLog,
}

impl<P: Fn(Option<&Engine>)> Watcher<'_, P> {
    /// One subscription and the looks that belong to it; how long to wait before the next one.
    async fn session(&mut self) -> Result<Duration, SwarmError> {
        let client = Client::connect(self.endpoint)
            .await
            .map_err(SwarmError::Failed)?;
        if client.is_podman() {
            // It knows no swarms, and nothing tells when another engine takes its place.
            return Ok(IDLE_INTERVAL);
        }
        // First the events, then the question: what happens in between is heard.
        let events = client.subscribe(&query::events(&MEMBERSHIP, &EVENTS)).await;
        let events = events.map_err(SwarmError::Failed)?;
        match part(&client, self.endpoint).await {
            Ok(part) => {
                // Those of a manager are more.
                drop(events);
                self.follow(&client, &part).await
            }
            Err(SwarmError::NotManager) => {
                self.leave();
                let mut events = std::pin::pin!(client.events(events));
                Ok(match timeout(IDLE_INTERVAL, events.next()).await {
                    Ok(Some(Ok(_))) | Err(_) => Duration::ZERO,
                    Ok(Some(Err(_)) | None) => RETRY_MOST,
                })
            }
            Err(gap) => Err(gap),
        }
    }

    /// As [`session`](Self::session), on a manager.
    async fn follow(&mut self, client: &Client, part: &Part) -> Result<Duration, SwarmError> {
        let events = client.subscribe(&query::events(&TYPES, &EVENTS)).await;
        let mut events = std::pin::pin!(client.events(events.map_err(SwarmError::Failed)?));
        let start = Instant::now();
        let mut heard = start;
        loop {
            let listed = self
                .known
                .as_ref()
                .map(|known| Arc::clone(&known.containers));
            let found = look(client, self.endpoint, part, &listed.unwrap_or_default()).await?;
            let unsettled = found.unsettled || heard.elapsed() < UNSETTLED_LIMIT;
            self.looked(part, found, client.reach());
            let wait = match unsettled {
                true => UNSETTLED_INTERVAL,
                false => LOOK_INTERVAL,
            };
            match timeout(wait, events.next()).await {
                Ok(Some(Ok(event))) => {
                    debug!(engine = %self.endpoint, ?event, "event of a swarm");
                    heard = Instant::now();
                }
                Ok(Some(Err(_)) | None) => return Ok(RETRY_MOST),
                // It may be a node of another swarm by now.
                Err(_) if start.elapsed() > IDLE_INTERVAL => return Ok(Duration::ZERO),
                Err(_) => {}
            }
        }
    }

    fn looked(&mut self, part: &Part, found: Found, reach: Reach) {
        let leads = found.leads;
        let (mut engine, _) = engine(self.endpoint, part, found);
        engine.reach = reach;
        let first = self.known.is_none();
        if let Some(known) = &self.known
            && known.containers == engine.containers
        {
            // Most looks find nothing new, and the old list is then shared on.
            engine.containers = Arc::clone(&known.containers);
        }
        if self.fault_log.clear() || first {
            info!(
                engine = engine.endpoint,
                leads,
                running = engine.containers.len(),
                "the services of a swarm are being watched"
            );
        }
        self.faults = 0;
        (self.publish)(Some(&engine));
        self.known = Some(engine);
    }

    fn leave(&mut self) {
        if let Some(known) = self.known.take() {
            info!(
                engine = known.endpoint,
                "this node manages no swarm any more, and the routes of its services go"
            );
        }
        (self.publish)(None);
    }

    /// Says what is wrong, once, and how long to wait.
    fn gap(&mut self, gap: SwarmError) -> Duration {
        let (error, forbidden) = match gap {
            SwarmError::NotManager => {
                self.leave();
                return Duration::ZERO;
            }
            SwarmError::Forbidden(error) => (error, true),
            SwarmError::Failed(error) => (error, false),
        };
        let kept = match &mut self.known {
            Some(known) => {
                known.fault = Some(format!("{error:#}"));
                // Another manager may lead by now, and this one would not know.
                known.swarm.get_or_insert_default().leads = false;
                (self.publish)(Some(known));
                "; the last routes of its services are kept"
            }
            None => "",
        };
        let text = format!("{error:#}{kept}");
        // An engine that cannot be reached at all is told of by those who watch its containers.
        let told = forbidden || self.known.is_some();
        if told && self.fault_log.is_new(&text, Instant::now()) {
            warn!(engine = %self.endpoint, "{text}");
        } else {
            debug!(engine = %self.endpoint, "{text}");
        }
        if forbidden {
            return IDLE_INTERVAL;
        }
        self.faults = self.faults.saturating_add(1);
        RETRY_MOST.min(UNSETTLED_INTERVAL * 2_u32.pow(self.faults.min(8)))
    }
}

/// The swarm of a manager of which nothing is known but where it is, and whether it leads.
pub(super) fn engine_at(endpoint: &Endpoint, leads: bool) -> Engine {
    Engine {
        swarm: Some(Swarm {
            manager: endpoint.to_string(),
            leads,
        }),
        reach: Reach {
            stated: endpoint.stated.clone(),
            ..Reach::default()
        },
        ..Engine::at(&format!("{SCHEME}{endpoint}"))
    }
}

fn engine(endpoint: &Endpoint, part: &Part, found: Found) -> (Engine, Vec<Idle>) {
    let engine = Engine {
        id: part.cluster.clone(),
        name: part.host.clone(),
        listed: true,
        containers: Arc::new(found.running),
        ..engine_at(endpoint, found.leads)
    };
    (engine, found.idle)
}
