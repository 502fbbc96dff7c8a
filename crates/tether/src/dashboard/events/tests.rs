use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::*;
use crate::dashboard::diff::tests::state as rows;
use crate::dashboard::feed::tests::moment;

struct Hub {
    published: watch::Sender<Arc<Published>>,
    shutdown: CancellationToken,
    dashboard: Dashboard,
}

/// One event: name, id, data.
type SentEvent = (String, String, serde_json::Value);

impl Hub {
    fn new() -> Self {
        let (published, receiver) = watch::channel(moment(0));
        let shutdown = CancellationToken::new();
        let feed = Feed::with_rows(receiver, |published| {
            let count = u8::try_from(published.snapshot.version).unwrap();
            rows(count.into(), &(0..count).map(|id| (id, 0)).collect())
        });
        let dashboard = Dashboard::new(feed, shutdown.clone());
        Self {
            published,
            shutdown,
            dashboard,
        }
    }

    /// Publishes the state with the first `count` rows.
    fn grow(&self, count: u8) {
        self.published.send_replace(moment(count.into()));
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

/// The next event; none at the end of the stream.
async fn next_event(body: &mut Body) -> Option<SentEvent> {
    let frame = body.frame().await?.unwrap().into_data().unwrap();
    let text = String::from_utf8(frame.to_vec()).unwrap();
    let field = |name: &str| {
        let of = |line: &str| Some(line.strip_prefix(name)?.strip_prefix(": ")?.to_owned());
        text.lines().find_map(of).unwrap_or_default()
    };
    let data = serde_json::from_str(&field("data")).unwrap_or_default();
    Some((field("event"), field("id"), data))
}

fn routes_of(event: &SentEvent) -> Vec<&str> {
    event.2["routes"]
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
    let first = next_event(&mut body).await.unwrap();
    assert_eq!(
        (first.0.as_str(), routes_of(&first)),
        ("state", vec!["default/000"])
    );
    // Two states while the reader is busy become one change.
    hub.grow(2);
    hub.grow(3);
    let second = next_event(&mut body).await.unwrap();
    assert_eq!(
        (second.0.as_str(), routes_of(&second)),
        ("change", vec!["default/001", "default/002"],)
    );
    hub.grow(1);
    let third = next_event(&mut body).await.unwrap();
    assert_eq!(
        third.2["removed"]["routes"],
        serde_json::json!(["default/001", "default/002"])
    );
}

#[tokio::test(start_paused = true)]
async fn who_comes_back_gets_what_it_missed() {
    let hub = Hub::new();
    hub.grow(1);
    let (_, id, _) = next_event(&mut hub.open(None).await).await.unwrap();
    hub.grow(2);
    let missed = next_event(&mut hub.open(Some(&id)).await).await.unwrap();
    assert_eq!(
        (missed.0.as_str(), routes_of(&missed)),
        ("change", vec!["default/001"])
    );
    // An empty change is sent too, so that the reader knows it is connected.
    let nothing = next_event(&mut hub.open(Some(&missed.1)).await)
        .await
        .unwrap();
    assert_eq!(
        (nothing.0.as_str(), routes_of(&nothing)),
        ("change", Vec::new())
    );
    for strange in ["0000000000000000-1", "1", "", "-", "no id"] {
        let all = next_event(&mut hub.open(Some(strange)).await)
            .await
            .unwrap();
        assert_eq!(all.0, "state", "{strange}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_stream_is_alive_and_ends_at_shutdown() {
    let hub = Hub::new();
    let mut body = hub.open(None).await;
    next_event(&mut body).await.unwrap();
    let opened = Instant::now();
    assert_eq!(next_event(&mut body).await.unwrap().0, "alive");
    assert_eq!(opened.elapsed(), ALIVE_INTERVAL);
    hub.shutdown.cancel();
    assert_eq!(next_event(&mut body).await, None);
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
