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

use crate::aside::aside;
use crate::feed::{Feed, News};
use crate::picture::Picture;

/// A silent stream says `alive` this often. It is an event and no comment, because a page
/// cannot see comments and must notice when a half-open connection brings nothing more.
pub const ALIVE_INTERVAL: Duration = Duration::from_secs(10);

/// The shortest time between two events of one stream: however fast the fleet changes, a
/// dashboard costs ten comparisons a second.
const PACE: Duration = Duration::from_millis(100);

/// How long a browser waits before it asks again after the connection broke.
const RETRY: Duration = Duration::from_secs(1);

/// What the dashboard's paths share. Clones are the same.
#[derive(Debug, Clone)]
pub struct Dashboard {
    feed: Arc<Feed>,
    /// Random per process, so that an event id of another hub or life is none of ours.
    boot: Arc<str>,
    shutdown: CancellationToken,
}

impl Dashboard {
    /// A dashboard of these moments; its streams end at `shutdown`.
    pub fn new(pictures: watch::Receiver<Arc<Picture>>, shutdown: CancellationToken) -> Self {
        // The standard library's random keys: ids must differ, not be hard to guess.
        let boot = std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), "boot");
        let boot = format!("{boot:016x}").into();
        Self {
            feed: Arc::new(Feed::new(pictures)),
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
    let state = aside(move || dashboard.feed.newest()).await;
    (uncached, Json(&*state)).into_response()
}

/// The state as a stream: first whole, or what is new to a reader that comes back, then each
/// change. A reader that is slow gets several changes as one.
async fn events(Extract(dashboard): Extract<Dashboard>, headers: HeaderMap) -> Response {
    let reader = Reader {
        seen: headers
            .get("last-event-id")
            .and_then(|id| dashboard.number(id.to_str().ok()?)),
        pictures: dashboard.feed.subscribe(),
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
    pictures: watch::Receiver<Arc<Picture>>,
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
                    self.pictures.changed().await
                };
                tokio::select! {
                    changed = changed => changed.ok()?,
                    () = shutdown.cancelled() => return None,
                }
            }
            // Marked as seen before it is read: what comes between is seen twice, never missed.
            self.pictures.mark_unchanged();
            let (feed, seen) = (Arc::clone(&self.dashboard.feed), self.seen);
            let (number, news) = aside(move || feed.news(seen)).await;
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
mod tests {
    use std::collections::BTreeMap;

    use axum::body::Body;
    use axum::http::{Request, StatusCode};
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;
    use crate::diff::tests::state as rows;
    use crate::view::State;

    struct Hub {
        pictures: watch::Sender<Arc<Picture>>,
        shutdown: CancellationToken,
        dashboard: Dashboard,
    }

    /// One event as the wire has it: name, id, data.
    type Told = (String, String, serde_json::Value);

    impl Hub {
        fn new() -> Self {
            let (pictures, receiver) = watch::channel(Arc::new(State::empty().into()));
            let shutdown = CancellationToken::new();
            let dashboard = Dashboard::new(receiver, shutdown.clone());
            Self {
                pictures,
                shutdown,
                dashboard,
            }
        }

        /// The state that has the first `count` rows.
        fn grow(&self, count: u8) {
            let rows = rows(
                count.into(),
                &(0..count).map(|id| (id, 0)).collect::<BTreeMap<_, _>>(),
            );
            self.pictures.send_replace(Arc::new(rows.into()));
        }

        async fn open(&self, last: Option<&str>) -> Body {
            let request = Request::get("/api/events");
            let request = last
                .into_iter()
                .fold(request, |r, id| r.header("last-event-id", id));
            let request = request.body(Body::empty()).unwrap();
            let response = routes(self.dashboard.clone())
                .oneshot(request)
                .await
                .unwrap();
            assert_eq!(response.status(), StatusCode::OK);
            assert_eq!(response.headers()["content-type"], "text/event-stream");
            response.into_body()
        }
    }

    /// The next event; none if the stream has ended.
    async fn told(body: &mut Body) -> Option<Told> {
        let frame = body.frame().await?.unwrap().into_data().unwrap();
        let text = String::from_utf8(frame.to_vec()).unwrap();
        let field = |name: &str| {
            let of = |line: &str| Some(line.strip_prefix(name)?.strip_prefix(": ")?.to_owned());
            text.lines().find_map(of).unwrap_or_default()
        };
        let data = serde_json::from_str(&field("data")).unwrap_or_default();
        Some((field("event"), field("id"), data))
    }

    fn routes_of(told: &Told) -> Vec<&str> {
        told.2["routes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|r| r["id"].as_str().unwrap())
            .collect()
    }

    #[tokio::test(start_paused = true)]
    async fn first_all_then_what_changes() {
        let hub = Hub::new();
        hub.grow(1);
        let mut body = hub.open(None).await;
        let first = told(&mut body).await.unwrap();
        assert_eq!(
            (first.0.as_str(), routes_of(&first)),
            ("state", vec!["default/000"])
        );
        // Two states while the reader is busy are one change.
        hub.grow(2);
        hub.grow(3);
        let second = told(&mut body).await.unwrap();
        assert_eq!(
            (second.0.as_str(), routes_of(&second)),
            ("change", vec!["default/001", "default/002"],)
        );
        hub.grow(1);
        let third = told(&mut body).await.unwrap();
        assert_eq!(
            third.2["removed"]["routes"],
            serde_json::json!(["default/001", "default/002"])
        );
    }

    #[tokio::test(start_paused = true)]
    async fn who_comes_back_gets_what_it_missed() {
        let hub = Hub::new();
        hub.grow(1);
        let (_, id, _) = told(&mut hub.open(None).await).await.unwrap();
        hub.grow(2);
        let missed = told(&mut hub.open(Some(&id)).await).await.unwrap();
        assert_eq!(
            (missed.0.as_str(), routes_of(&missed)),
            ("change", vec!["default/001"])
        );
        // Nothing new is told too: the reader must know that it is heard again.
        let nothing = told(&mut hub.open(Some(&missed.1)).await).await.unwrap();
        assert_eq!(
            (nothing.0.as_str(), routes_of(&nothing)),
            ("change", Vec::new())
        );
        for strange in ["0000000000000000-1", "1", "", "-", "no id"] {
            let all = told(&mut hub.open(Some(strange)).await).await.unwrap();
            assert_eq!(all.0, "state", "{strange}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_stream_is_alive_and_ends_at_shutdown() {
        let hub = Hub::new();
        let mut body = hub.open(None).await;
        told(&mut body).await.unwrap();
        let opened = Instant::now();
        assert_eq!(told(&mut body).await.unwrap().0, "alive");
        assert_eq!(opened.elapsed(), ALIVE_INTERVAL);
        hub.shutdown.cancel();
        assert_eq!(told(&mut body).await, None);
    }

    #[tokio::test]
    async fn the_state_is_one_document() {
        let hub = Hub::new();
        hub.grow(2);
        let request = Request::get("/api/state").body(Body::empty()).unwrap();
        let response = routes(hub.dashboard).oneshot(request).await.unwrap();
        assert_eq!(response.headers()["cache-control"], "no-store");
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let state: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(state["routes"].as_array().unwrap().len(), 2);
        assert_eq!(state["hub"]["snapshot"], 2);
    }
}
