//! The dashboard's stream: the hub's states in, `state` and `change` events out.

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

use super::feed::{Feed, News};
use crate::blocking::offload;
use crate::publish::Published;

/// A silent stream says `alive` this often. It is an event and no comment, because a page
/// cannot see comments and must notice when a half-open connection brings nothing more.
pub const ALIVE_INTERVAL: Duration = Duration::from_secs(10);

/// The shortest time between two events of one stream: however fast the fleet changes, a
/// dashboard costs ten comparisons a second.
const PACE: Duration = Duration::from_millis(100);

/// How long a browser waits before it asks again after the connection broke.
const RETRY: Duration = Duration::from_secs(1);

/// What the dashboard's paths share. Clones are the same.
#[derive(Clone)]
pub struct Dashboard {
    feed: Arc<Feed>,
    /// Random per process, so that an event id of another hub or life is none of ours.
    boot: Arc<str>,
    shutdown: CancellationToken,
}

impl Dashboard {
    /// A dashboard of this feed; its streams end at `shutdown`.
    pub fn new(feed: Feed, shutdown: CancellationToken) -> Self {
        // The standard library's random keys: ids must differ, not be hard to guess.
        let boot = std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), "boot");
        let boot = format!("{boot:016x}").into();
        Self {
            feed: Arc::new(feed),
            boot,
            shutdown,
        }
    }
}

/// `GET /api/state` and `GET /api/events`. Who may see them is decided by the caller.
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

/// The state as a stream: first whole, or what is new to a reader that comes back, then each
/// change. A reader that is slow gets several changes as one.
async fn events(Extract(dashboard): Extract<Dashboard>, headers: HeaderMap) -> Response {
    let reader = Reader {
        seen: headers
            .get("last-event-id")
            .and_then(|id| dashboard.number(id.to_str().ok()?)),
        published: dashboard.feed.subscribe(),
        not_before: None,
        dashboard,
    };
    let events = stream::unfold(reader, |mut reader| async {
        let event = reader.next().await?;
        Some((event, reader))
    });
    let alive = Event::default().event("alive").data("alive");
    let events =
        Sse::new(events).keep_alive(KeepAlive::new().interval(ALIVE_INTERVAL).event(alive));
    // Some proxies gather an answer before they pass it on, unless told otherwise.
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
    not_before: Option<Instant>,
}

impl Reader {
    /// The next event; none at the end.
    async fn next(&mut self) -> Option<Result<Event, axum::Error>> {
        let first = self.not_before.is_none();
        loop {
            if let Some(not_before) = self.not_before {
                let shutdown = self.dashboard.shutdown.clone();
                let changed = async {
                    sleep_until(not_before).await;
                    self.published.changed().await
                };
                tokio::select! {
                    changed = changed => changed.ok()?,
                    () = shutdown.cancelled() => return None,
                }
            }
            // Marked as seen before it is read: what comes between is seen twice, never missed.
            self.published.mark_unchanged();
            let (feed, seen) = (Arc::clone(&self.dashboard.feed), self.seen);
            let (number, news) = offload(move || feed.news(seen)).await;
            self.seen = Some(number);
            self.not_before = Some(Instant::now() + PACE);
            // Nothing is an event for who comes back only: it must know that it is heard again.
            if first || seen != self.seen {
                return Some(self.event(first, number, &news));
            }
        }
    }

    fn event(&self, first: bool, number: u64, news: &News) -> Result<Event, axum::Error> {
        let event = Event::default().id(format!("{}-{number}", self.dashboard.boot));
        let event = if first { event.retry(RETRY) } else { event };
        match news {
            News::State(state) => event.event("state").json_data(&**state),
            News::Change(change) => event.event("change").json_data(change),
        }
    }
}

impl Dashboard {
    /// The number of the state that an event id names, if this process gave it.
    fn number(&self, id: &str) -> Option<u64> {
        id.strip_prefix(&*self.boot)?
            .strip_prefix('-')?
            .parse()
            .ok()
    }
}

#[cfg(test)]
mod tests;
