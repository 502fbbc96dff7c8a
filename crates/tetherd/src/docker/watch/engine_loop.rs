//! The loop of one engine: subscribe, list, look again after every event; its newest word out.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, Stream, StreamExt};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use super::overlay::EventOverlay;
use crate::docker::api::client::{Client, Identity};
use crate::docker::api::endpoint::Endpoint;
use crate::docker::api::event::{Event, TimedEvent};
use crate::docker::api::query;
use crate::docker::model::container::Container;
use crate::docker::model::engine::Engine;
use crate::log::fault_log::FaultLog;

/// A look at least this often, whatever the events say.
const LOOK_INTERVAL: Duration = Duration::from_secs(60);

/// One more look so long after an event: engines tell of some changes a moment before their
/// lists show them.
const SETTLE: Duration = Duration::from_millis(500);

/// A stream that was silent for so long is replaced: it may be half-open.
const STREAM_SILENCE: Duration = Duration::from_secs(600);

/// The first wait after a fault; it doubles up to [`RETRY_MOST`].
const RETRY_FIRST: Duration = Duration::from_millis(100);

/// The longest wait after a fault.
const RETRY_MOST: Duration = Duration::from_secs(5);

/// A stream that ends after so long was cut for being idle, as proxies do, or with its engine.
const WHOLE_STREAM: Duration = Duration::from_secs(5);

/// The number of short streams in a row that are no accident.
const CUTS: u32 = 3;

/// Watches an engine until `shutdown`; `publish` gets its word whenever it was looked at.
pub async fn watch(endpoint: &Endpoint, publish: impl Fn(&Engine), shutdown: CancellationToken) {
    let mut watcher = Watcher {
        endpoint,
        publish,
        engine: Engine::at(endpoint),
        faults: 0,
        cuts: 0,
        glanced: false,
        fault_log: FaultLog::default(),
    };
    let forever = async {
        loop {
            let start = Instant::now();
            let wait = match watcher.session().await {
                Ok(()) => watcher.cut(start.elapsed()),
                Err(error) => watcher.fault(&error),
            };
            sleep(wait).await;
        }
    };
    // One branch never ends, so the shutdown is all that can be waited for.
    tokio::select! {
        () = shutdown.cancelled() => {}
        () = forever => {}
    }
}

struct Watcher<'a, P> {
    endpoint: &'a Endpoint,
    publish: P,
    engine: Engine,
    /// Faults since the last good look.
    faults: u32,
    /// Streams in a row that ended at once.
    cuts: u32,
    /// True if the engine was listed in spite of the fault that comes.
    glanced: bool,
    fault_log: FaultLog,
}

/// The result of one request: the list, and the stop signals that were asked for.
struct Look {
    list: Vec<Container>,
    signals: Vec<(String, Option<i32>)>,
}

impl<P: Fn(&Engine)> Watcher<'_, P> {
    /// One subscription and the looks that belong to it. `Ok` means that it is time for a new one.
    async fn session(&mut self) -> anyhow::Result<()> {
        let client = Client::connect(self.endpoint).await?;
        let Identity { id, name, rootless } = client.identity().await?;
        (self.engine.id, self.engine.name, self.engine.rootless) = (id, name, rootless);
        // First the events, then the list: what happens in between is heard.
        let subscription = match client.subscribe(&query::container_events()).await {
            Ok(subscription) => subscription,
            Err(error) => {
                self.glance(&client, &mut EventOverlay::default()).await?;
                self.glanced = true;
                return Err(error.context("changes are seen by asking now and then only"));
            }
        };
        let mut events = std::pin::pin!(client.events(subscription));
        self.follow(&client, &mut events).await
    }

    async fn follow(
        &mut self,
        client: &Client,
        events: &mut (impl Stream<Item = anyhow::Result<TimedEvent>> + Unpin),
    ) -> anyhow::Result<()> {
        let mut marks = EventOverlay::default();
        let start = Instant::now();
        let mut heard = start;
        // The list as it was answered, to tell what the events have not.
        let mut listed: Option<Arc<Vec<Container>>> = None;
        let mut looking: Option<BoxFuture<'static, anyhow::Result<Look>>> = None;
        let mut due = true;
        let mut routine = false;
        let mut look_at = start + LOOK_INTERVAL;
        let mut settle_at = Some(start + SETTLE);
        let mut retry_at: Option<Instant> = None;
        loop {
            if due && looking.is_none() {
                due = false;
                marks.begin();
                looking = Some(look(client.clone(), marks.questions()).boxed());
            }
            let wake = [Some(look_at), settle_at, retry_at, marks.next_change()];
            let wake = wake.into_iter().flatten().min().unwrap_or(look_at);
            tokio::select! {
                event = events.next() => {
                    let event = match next(event) {
                        Ok(event) => event,
                        // A new one is no fault as long as lists come.
                        Err(error) if listed.is_some() => {
                            debug!(engine = %self.endpoint, "{error:#}");
                            return Ok(());
                        }
                        Err(error) => {
                            debug!(engine = %self.endpoint, "{error:#}");
                            return self.glance(client, &mut marks).await;
                        }
                    };
                    debug!(engine = %self.endpoint, ?event, "event");
                    heard = Instant::now();
                    marks.note(&event, heard);
                    self.told(&event.event, &marks);
                    settle_at.get_or_insert(heard + SETTLE);
                    due = true;
                    routine = false;
                }
                found = some(looking.as_mut()) => {
                    looking = None;
                    let now = Instant::now();
                    look_at = now + LOOK_INTERVAL;
                    match found {
                        Ok(look) => {
                            retry_at = None;
                            for (id, signal) in look.signals {
                                marks.answer(&id, signal, now);
                            }
                            let list = Arc::new(look.list);
                            let untold = routine && listed.as_ref().is_some_and(|old| *old != list);
                            self.looked(client, &list, &mut marks, now);
                            listed = Some(list);
                            if untold {
                                bail!("the event stream of {} has missed a change: subscribing anew", self.endpoint);
                            }
                            if routine && now - heard > STREAM_SILENCE {
                                return Ok(());
                            }
                            routine = false;
                        }
                        Err(error) => retry_at = Some(now + self.fault(&error)),
                    }
                }
                () = sleep_until(wake), if looking.is_none() => {
                    let now = Instant::now();
                    routine = wake == look_at;
                    settle_at = settle_at.filter(|at| *at > now);
                    retry_at = retry_at.filter(|at| *at > now);
                    due = true;
                }
            }
        }
    }

    /// Publishes what an event alone tells: an engine that ends takes no more requests, and tells
    /// of its containers' deaths all the same. Nothing is shown anew before a look.
    fn told(&mut self, event: &Event, marks: &EventOverlay) {
        if !matches!(event, Event::Kill(..) | Event::Die(_)) {
            return;
        }
        let containers = marks.over(&self.engine.containers);
        if *self.engine.containers != containers {
            self.engine.containers = Arc::new(containers);
            (self.publish)(&self.engine);
        }
    }

    /// One look without any events: better than none.
    async fn glance(&mut self, client: &Client, marks: &mut EventOverlay) -> anyhow::Result<()> {
        let list = Arc::new(client.list().await?);
        self.publish(&list, marks, Instant::now());
        Ok(())
    }

    /// Publishes what a look has found, and says that all is well again.
    fn looked(
        &mut self,
        client: &Client,
        list: &Arc<Vec<Container>>,
        marks: &mut EventOverlay,
        now: Instant,
    ) {
        let first = !self.engine.listed;
        self.publish(list, marks, now);
        if self.fault_log.clear() || first {
            info!(
                engine = %self.endpoint,
                host = self.engine.name.as_deref().unwrap_or("unknown"),
                api = client.version(),
                running = self.engine.containers.len(),
                "Docker engine is being watched"
            );
        }
        self.faults = 0;
    }

    fn publish(&mut self, list: &[Container], marks: &mut EventOverlay, now: Instant) {
        let containers = marks.apply(list, now);
        // Most looks find nothing new, and the old list is then shared on.
        if *self.engine.containers != containers {
            self.engine.containers = Arc::new(containers);
        }
        self.engine.listed = true;
        self.engine.fault = None;
        (self.publish)(&self.engine);
    }

    /// How long to wait after a stream that ended after this time.
    fn cut(&mut self, lasted: Duration) -> Duration {
        if lasted >= WHOLE_STREAM {
            self.cuts = 0;
            return Duration::ZERO;
        }
        self.cuts = self.cuts.saturating_add(1);
        if self.cuts == CUTS {
            warn!(
                engine = %self.endpoint,
                "the stream of events ends at once, again and again: changes are seen within \
                 {} s only; see the log of the engine or of the proxy before it",
                RETRY_MOST.as_secs()
            );
        }
        RETRY_MOST.min(RETRY_FIRST * 2_u32.pow(self.cuts.min(10)))
    }

    /// Says what is wrong, once, and how long to wait.
    fn fault(&mut self, error: &anyhow::Error) -> Duration {
        let glanced = std::mem::take(&mut self.glanced);
        let kept = if self.engine.listed && !glanced {
            "; its last routes are kept"
        } else {
            ""
        };
        if !glanced {
            self.engine.fault = Some(format!("{error:#}"));
            (self.publish)(&self.engine);
        }
        let text = format!("{error:#}{kept}");
        if self.fault_log.is_new(&text, Instant::now()) {
            warn!(engine = %self.endpoint, "{text}");
        } else {
            debug!(engine = %self.endpoint, "{text}");
        }
        let wait = RETRY_FIRST * 2_u32.pow(self.faults.min(10));
        self.faults = self.faults.saturating_add(1);
        wait.min(RETRY_MOST)
    }
}

async fn look(client: Client, questions: Vec<String>) -> anyhow::Result<Look> {
    let mut signals = Vec::with_capacity(questions.len());
    for id in questions {
        let signal = client.stop_signal(&id).await;
        signals.push((id, signal));
    }
    Ok(Look {
        list: client.list().await?,
        signals,
    })
}

fn next(event: Option<anyhow::Result<TimedEvent>>) -> anyhow::Result<TimedEvent> {
    event.context("the Docker engine has ended its stream of events")?
}

/// Waits for an optional future; none never ends.
async fn some<T>(future: Option<&mut BoxFuture<'static, T>>) -> T {
    match future {
        Some(future) => future.await,
        None => std::future::pending().await,
    }
}
