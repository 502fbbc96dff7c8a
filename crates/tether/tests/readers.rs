//! The readers of a hub over real sockets: `/config` before and after the hub is ready, its tags
//! and environments, and the dashboard's events.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};
use tether::settings::{Settings, Wait};
use tether_proto::RejectCode;

use crate::support::{Agent, TestHub, hello, router, routes};

#[tokio::test]
async fn nothing_is_answered_before_an_agent_has_synced() {
    let hub = TestHub::start(Settings::default()).await;
    assert_eq!(
        hub.get("/readyz").await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
    assert_eq!(
        hub.get("/config").await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
    let mut agent = Agent::connect(&hub, hello("a", Some(&["a", "b"]))).await;
    agent.tell(1, routes(&[router("web")])).await;
    let waiting = hub.get("/config").await;
    assert_eq!(waiting.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        waiting.text().contains("waiting for b"),
        "{}",
        waiting.text()
    );

    // A request that is held is answered as soon as the last one is there.
    let (answer, ()) = tokio::join!(hub.get("/config"), async {
        let mut other = Agent::connect(&hub, hello("b", None)).await;
        other.tell(1, routes(&[])).await;
        other.leave_open();
    });
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn a_fresh_fleet_is_answered_after_the_grace() {
    let grace = Duration::from_millis(50);
    let hub = TestHub::start(Settings {
        startup_grace: grace,
        ..Settings::default()
    })
    .await;
    let mut agent = Agent::connect(&hub, hello("a", None)).await;
    agent.tell(1, routes(&[])).await;
    assert_eq!(
        hub.config().await,
        json!({}),
        "with nothing to route it says so"
    );
}

#[tokio::test]
async fn a_hub_for_itself_need_not_wait() {
    let wait = Wait::For(Duration::ZERO);
    let hub = TestHub::start(Settings {
        startup_wait: wait,
        ..Settings::default()
    })
    .await;
    assert_eq!(hub.config().await, json!({}));
}

#[tokio::test]
async fn one_configuration_has_one_tag() {
    let hub = TestHub::start(Settings::default()).await;
    let mut agent = Agent::connect(&hub, hello("a", Some(&["a"]))).await;
    agent.tell(1, routes(&[router("web")])).await;
    let first = hub.get("/config").await;
    let etag = first.header("etag").to_owned();
    let again = hub.get_with("/config", &[("if-none-match", &etag)]).await;
    assert_eq!(
        (again.status, again.body.len()),
        (StatusCode::NOT_MODIFIED, 0)
    );
    agent.tell(2, routes(&[router("other")])).await;
    let changed = hub.get_with("/config", &[("if-none-match", &etag)]).await;
    assert_eq!(changed.status, StatusCode::OK);
    agent.tell(3, routes(&[router("web")])).await;
    assert_eq!(
        hub.get("/config").await.body,
        first.body,
        "equal inputs, equal bytes"
    );

    let yaml = hub.get("/config?format=yaml").await;
    let from_yaml: Value = serde_yaml_ng::from_slice(&yaml.body).unwrap();
    assert_eq!(from_yaml, hub.config().await);
    assert_eq!(
        hub.get("/config?format=xml").await.status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn environments_are_apart() {
    let hub = TestHub::start(Settings::default()).await;
    let mut agent = Agent::connect(&hub, hello("a", Some(&["a", "lab/a"]))).await;
    agent.tell(1, routes(&[router("web")])).await;
    let mut lab = hello("a", None);
    lab.env = "lab".to_owned();
    let mut lab = Agent::connect(&hub, lab).await;
    lab.tell(1, routes(&[router("bench")])).await;
    let named: Value = serde_json::from_slice(&hub.get("/config?env=lab").await.body).unwrap();
    assert!(named["http"]["routers"]["bench"].is_object());
    assert!(hub.config().await["http"]["routers"]["bench"].is_null());
    let unknown = hub.get("/config?env=nowhere").await;
    assert_eq!(
        unknown.status,
        StatusCode::NOT_FOUND,
        "an empty 200 would wipe Traefik"
    );
}

#[tokio::test]
async fn shutdown_tells_everybody_and_holds_nobody() {
    let hub = TestHub::start(Settings::default()).await;
    let mut agent = Agent::connect(&hub, hello("a", Some(&["a", "b"]))).await;
    let events = hub.open("/api/events").await;
    let held = hub.get("/config");
    let (answer, ()) = tokio::join!(held, async {
        agent.tell(1, routes(&[])).await;
        hub.shutdown();
    });
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(agent.rejected().await, (RejectCode::Restarting, 1012));
    events.ended().await;
    hub.stopped().await;
}

#[tokio::test]
async fn a_fresh_state_comes_first_and_changes_follow() {
    let hub = TestHub::start(Settings::default()).await;
    let mut events = hub.open("/api/events").await;
    let first = events.next_event().await;
    assert_eq!(first.name, "state");
    assert_eq!(first.data["agents"], json!([]));
    let mut agent = Agent::connect(&hub, hello("a", Some(&["a"]))).await;
    agent.tell(1, routes(&[router("web")])).await;
    let mut seen = Value::Null;
    while seen != "web" {
        let event = events.next_event().await;
        assert_eq!(event.name, "change");
        seen = event.data["routes"][0]["name"].clone();
    }
}
