//! The loop of one engine: subscribe, list, look again after every event; its newest word out.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, Stream, StreamExt};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use super::overlay::EventOverlay;
use super::schedule::Schedule;
use crate::docker::api::client::{Client, Identity};
use crate::docker::api::endpoint::Endpoint;
use crate::docker::api::event::{Event, TimedEvent};
use crate::docker::api::query;
use crate::docker::model::container::Container;
use crate::docker::model::engine::Engine;
use crate::log::fault_log::FaultLog;

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

/// The state of one stream of events.
struct Followed {
    schedule: Schedule,
    marks: EventOverlay,
    /// The last list as it was answered, to tell what the events have not.
    listed: Option<Arc<Vec<Container>>>,
}

impl Followed {
    fn new(now: Instant) -> Self {
        Self {
            schedule: Schedule::new(now),
            marks: EventOverlay::default(),
            listed: None,
        }
    }
}

impl<P: Fn(&Engine)> Watcher<'_, P> {
    /// One subscription and the looks that belong to it. `Ok` means that it is time for a new one.
    async fn session(&mut self) -> anyhow::Result<()> {
        let client = Client::connect(self.endpoint).await?;
        let Identity { id, name, rootless } = client.identity().await?;
        (self.engine.id, self.engine.name, self.engine.rootless) = (id, name, rootless);
        self.engine.reach = client.reach();
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

    /// Lists the engine after each event and at the times of the schedule.
    async fn follow(
        &mut self,
        client: &Client,
        events: &mut (impl Stream<Item = anyhow::Result<TimedEvent>> + Unpin),
    ) -> anyhow::Result<()> {
        let mut followed = Followed::new(Instant::now());
        let mut looking: Option<BoxFuture<'static, anyhow::Result<Look>>> = None;
        loop {
            if looking.is_none() && followed.schedule.take_due() {
                followed.marks.begin();
                looking = Some(look(client.clone(), followed.marks.questions()).boxed());
            }
            let wake = followed.schedule.wake_at(followed.marks.next_change());
            tokio::select! {
                event = events.next() => match next(event) {
                    Ok(event) => self.heard(&event, &mut followed),
                    Err(error) => {
                        debug!(engine = %self.endpoint, "{error:#}");
                        // A new stream is no fault as long as lists come.
                        return match followed.listed {
                            Some(_) => Ok(()),
                            None => self.glance(client, &mut followed.marks).await,
                        };
                    }
                },
                found = some(looking.as_mut()) => {
                    looking = None;
                    let now = Instant::now();
                    match found {
                        Ok(look) => if self.compare(client, look, &mut followed, now)?.is_break() {
                            return Ok(());
                        },
                        Err(error) => followed.schedule.on_fault(now, self.fault(&error)),
                    }
                }
                () = sleep_until(wake), if looking.is_none() => {
                    followed.schedule.on_wake(wake, Instant::now());
                }
            }
        }
    }

    fn heard(&mut self, event: &TimedEvent, followed: &mut Followed) {
        debug!(engine = %self.endpoint, ?event, "event");
        let now = Instant::now();
        followed.marks.note(event, now);
        self.told(&event.event, &followed.marks);
        followed.schedule.on_event(now);
    }

    /// Publishes a list. Breaks if the stream of events is to be replaced.
    ///
    /// # Errors
    /// If the list shows a change that the events did not tell.
    fn compare(
        &mut self,
        client: &Client,
        look: Look,
        followed: &mut Followed,
        now: Instant,
    ) -> anyhow::Result<ControlFlow<()>> {
        let is_routine = followed.schedule.on_list(now);
        for (id, signal) in look.signals {
            followed.marks.answer(&id, signal, now);
        }
        let list = Arc::new(look.list);
        self.looked(client, &list, &mut followed.marks, now);
        let before = followed.listed.replace(Arc::clone(&list));
        if is_routine && before.is_some_and(|before| before != list) {
            bail!(
                "the event stream of {} has missed a change: subscribing anew",
                self.endpoint
            );
        }
        Ok(if is_routine && followed.schedule.is_silent(now) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        })
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
