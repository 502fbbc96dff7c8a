//! Streams the state of the hub and its changes as server-sent events.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State as Extract;
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use futures_util::stream;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::feed::{Feed, Update};
use crate::blocking::offload;
use crate::hub::Published;

/// The interval of `alive` events on an idle stream. They are events, not comments, because a page
/// cannot see comments and must notice a half-open connection.
pub const ALIVE_INTERVAL: Duration = Duration::from_secs(10);

/// The shortest time between two events of one stream, so that a dashboard costs at most ten
/// comparisons a second.
const EVENT_MIN_INTERVAL: Duration = Duration::from_millis(100);

/// The delay before a browser reconnects.
const RECONNECT_DELAY: Duration = Duration::from_secs(1);

/// The state of the dashboard's endpoints. Clones share it.
#[derive(Clone)]
pub struct Dashboard {
    feed: Arc<Feed>,
    /// Random for each process, so that event ids of other processes are recognized.
    boot: Arc<str>,
    shutdown: CancellationToken,
}

impl Dashboard {
    /// A dashboard with this feed. Streams end at `shutdown`.
    pub fn new(feed: Feed, shutdown: CancellationToken) -> Self {
        // The standard library's random keys are enough: ids must differ, but may be guessed.
        let boot = std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), "boot");
        let boot = format!("{boot:016x}").into();
        Self {
            feed: Arc::new(feed),
            boot,
            shutdown,
        }
    }
}

/// `GET /api/state` and `GET /api/events`. The caller adds authentication.
pub fn routes(dashboard: Dashboard) -> Router {
    Router::new()
        .route("/api/state", get(state))
        .route("/api/events", get(events))
        .with_state(dashboard)
}

/// The state as one document.
async fn state(Extract(dashboard): Extract<Dashboard>) -> Response {
    let uncached = [(header::CACHE_CONTROL, "no-store")];
    let state = offload(move || dashboard.feed.newest()).await;
    (uncached, Json(&*state)).into_response()
}

/// The state as a stream: first everything, or the changes since the last event of a reader that
/// reconnects, then each change. A slow reader gets several changes as one.
async fn events(Extract(dashboard): Extract<Dashboard>, headers: HeaderMap) -> Response {
    let reader = Reader {
        seen: headers
            .get("last-event-id")
            .and_then(|id| dashboard.number(id.to_str().ok()?)),
        published: dashboard.feed.subscribe(),
        next_event: None,
        dashboard,
    };
    let events = stream::unfold(reader, |mut reader| async {
        let event = reader.next().await?;
        Some((event, reader))
    });
    let alive = Event::default().event("alive").data("alive");
    let events =
        Sse::new(events).keep_alive(KeepAlive::new().interval(ALIVE_INTERVAL).event(alive));
    // Some proxies buffer an answer unless told otherwise.
    (
        [(HeaderName::from_static("x-accel-buffering"), "no")],
        events,
    )
        .into_response()
}

struct Reader {
    dashboard: Dashboard,
    published: watch::Receiver<Arc<Published>>,
    seen: Option<u64>,
    /// None before the first event.
    next_event: Option<Instant>,
}

impl Reader {
    /// The next event; none at shutdown.
    async fn next(&mut self) -> Option<Result<Event, axum::Error>> {
        let first = self.next_event.is_none();
        loop {
            if let Some(next_event) = self.next_event {
                let shutdown = self.dashboard.shutdown.clone();
                let changed = async {
                    sleep_until(next_event).await;
                    self.published.changed().await
                };
                tokio::select! {
                    changed = changed => changed.ok()?,
                    () = shutdown.cancelled() => return None,
                }
            }
            // Marked as seen before it is read, so that a change in between is seen twice rather
            // than missed.
            self.published.mark_unchanged();
            let (feed, seen) = (Arc::clone(&self.dashboard.feed), self.seen);
            let (number, update) = offload(move || feed.update(seen)).await;
            self.seen = Some(number);
            self.next_event = Some(Instant::now() + EVENT_MIN_INTERVAL);
            // A reader that reconnects gets an event even without changes, so that it knows it is
            // connected.
            if first || seen != self.seen {
                return Some(self.event(first, number, &update));
            }
        }
    }

    fn event(&self, first: bool, number: u64, update: &Update) -> Result<Event, axum::Error> {
        let event = Event::default().id(format!("{}-{number}", self.dashboard.boot));
        let event = if first {
            event.retry(RECONNECT_DELAY)
        } else {
            event
        };
        match update {
            Update::State(state) => event.event("state").json_data(&**state),
            Update::Change(change) => event.event("change").json_data(change),
        }
    }
}

impl Dashboard {
    /// The number of the state in an event id of this process.
    fn number(&self, id: &str) -> Option<u64> {
        id.strip_prefix(&*self.boot)?
            .strip_prefix('-')?
            .parse()
            .ok()
    }
}

#[cfg(test)]
mod tests;
