//! The hub over real sockets: agents of the wire before `tether.v1`, and what scripts asked of
//! the hub before this one.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};
use tether::settings::{Settings, Wait};

use crate::support::{Agent, LegacyAgent, TestHub, hello, router, routes};

/// A configuration with these routers, each with its service at this host.
fn config(host: &str, names: &[&str]) -> Value {
    let routers = names.iter().map(|name| {
        let rule = format!("Host(`{name}.example.com`)");
        (name.to_string(), json!({ "rule": rule, "service": name }))
    });
    let services = names.iter().map(|name| {
        let servers = json!([{ "url": format!("http://{host}:8080") }]);
        let balancer = json!({ "servers": servers, "passHostHeader": true });
        (name.to_string(), json!({ "loadBalancer": balancer }))
    });
    json!({ "http": {
        "routers": routers.collect::<serde_json::Map<_, _>>(),
        "services": services.collect::<serde_json::Map<_, _>>(),
    }})
}

fn has(name: &str) -> impl Fn(&Value) -> bool {
    move |config| config["http"]["routers"][name].is_object()
}

/// A hub that waits for nobody.
async fn without_grace() -> TestHub {
    TestHub::start(Settings {
        startup_grace: Duration::ZERO,
        ..Settings::default()
    })
    .await
}

#[tokio::test]
async fn an_old_agent_is_served_shown_and_held_like_any_other() {
    let hub = without_grace().await;
    let mut agent = LegacyAgent::connect(&hub).await;
    agent.tell("", "a", &config("10.0.0.1", &["web"])).await;
    hub.config_until(has("web")).await;
    hub.state_until(|state| state["routes"][0].is_object())
        .await;
    let state = hub.state().await;
    let row = &state["agents"][0];
    assert_eq!(
        (&row["id"], &row["state"]),
        (&json!("default/a"), &json!("live"))
    );
    assert_eq!(
        (&row["version"], &row["engines"]),
        (&json!("legacy"), &json!([]))
    );
    let route = &state["routes"][0];
    assert_eq!(route["origins"], json!([{ "agent": "a" }]));
    assert_eq!(route["servers"][0]["address"], "http://10.0.0.1:8080");

    agent
        .tell("", "a", &config("10.0.0.1", &["web", "new"]))
        .await;
    hub.config_until(has("new")).await;
    drop(agent);
    hub.state_of("a", "held").await;
    assert!(has("web")(&hub.config().await));

    // It comes back, and has nothing to route any more.
    let mut agent = LegacyAgent::connect(&hub).await;
    agent.tell("default", "a", &json!({})).await;
    hub.config_until(|config| *config == json!({})).await;
    hub.state_of("a", "live").await;
}

#[tokio::test]
async fn a_lease_of_nothing_ends_with_the_connection() {
    let hub = TestHub::start(Settings {
        startup_grace: Duration::ZERO,
        lease: Wait::For(Duration::ZERO),
        ..Settings::default()
    })
    .await;
    let mut agent = LegacyAgent::connect(&hub).await;
    agent.tell("", "a", &config("10.0.0.1", &["web"])).await;
    hub.config_until(has("web")).await;
    agent.leave().await;
    hub.config_until(|config| *config == json!({})).await;
}

#[tokio::test]
async fn hosts_move_one_by_one() {
    let hub = without_grace().await;
    let mut old = LegacyAgent::connect(&hub).await;
    old.tell("", "a", &config("10.0.0.2", &["web", "mine"]))
        .await;
    hub.config_until(has("mine")).await;
    // Another host has the new agent already, and the same app.
    let mut new = Agent::connect(&hub, hello("b", None)).await;
    new.tell(1, routes(&[router("web")])).await;
    let config = hub.config().await;
    let servers = &config["http"]["services"]["web"]["loadBalancer"]["servers"];
    let both = json!([{ "url": "http://10.0.0.1:8080" }, { "url": "http://10.0.0.2:8080" }]);
    assert_eq!(*servers, both);
    assert!(config["http"]["routers"].get("web-b").is_none());

    // The old agent is stopped and the new one started under its name: no moment without a route.
    drop(old);
    hub.state_of("a", "held").await;
    let mut moved = Agent::connect(&hub, hello("a", None)).await;
    hub.state_of("a", "live").await;
    assert!(
        has("mine")(&hub.config().await),
        "held until the new one has spoken"
    );
    moved.tell(1, routes(&[router("mine")])).await;
    assert!(has("mine")(&hub.config().await));
}

#[tokio::test]
async fn one_name_is_one_hosts_while_it_lives() {
    let hub = without_grace().await;
    let mut first = LegacyAgent::connect(&hub).await;
    first.tell("", "a", &config("10.0.0.1", &["web"])).await;
    hub.config_until(has("web")).await;
    let mut second = LegacyAgent::connect(&hub).await;
    second.tell("", "a", &config("10.0.0.2", &["other"])).await;
    assert_eq!(second.closed().await, 4001);
    let mut new = Agent::connect_to_be_refused(&hub, hello("a", None)).await;
    assert_eq!(new.rejected().await.1, 4001);
    let mut elsewhere = LegacyAgent::connect(&hub).await;
    elsewhere
        .tell("lab", "a", &config("10.0.0.2", &["bench"]))
        .await;
    hub.state_of("a", "live").await;
    assert!(has("web")(&hub.config().await));

    drop(first);
    hub.state_of("a", "held").await;
    let mut second = LegacyAgent::connect(&hub).await;
    second.tell("", "a", &config("10.0.0.2", &["other"])).await;
    hub.config_until(has("other")).await;
}

#[tokio::test]
async fn an_environment_may_be_named() {
    let hub = without_grace().await;
    let mut agent = LegacyAgent::connect(&hub).await;
    agent
        .tell("lab", "a", &config("10.0.0.1", &["bench"]))
        .await;
    hub.state_of("a", "live").await;
    let lab: Value = serde_json::from_slice(&hub.get("/config?env=lab").await.body).unwrap();
    assert!(has("bench")(&lab));
    assert_eq!(hub.config().await, json!({}));
}

#[tokio::test]
async fn one_socket_may_change_its_name() {
    let hub = without_grace().await;
    let mut agent = LegacyAgent::connect(&hub).await;
    agent.tell("", "a", &config("10.0.0.1", &["one"])).await;
    hub.config_until(has("one")).await;
    agent.tell("", "b", &config("10.0.0.1", &["two"])).await;
    hub.config_until(has("two")).await;
    hub.state_of("a", "held").await;
    assert!(has("one")(&hub.config().await));
}

#[tokio::test]
async fn a_bad_frame_closes_the_session_and_its_routes_are_held() {
    let hub = TestHub::start(Settings {
        startup_grace: Duration::ZERO,
        frame_limit: 64 * 1024,
        ..Settings::default()
    })
    .await;
    let too_large = "x".repeat(65 * 1024);
    for (text, code) in [
        ("{", 1007),
        (r#"{"name":"a","config":[]}"#, 1007),
        (r#"{"name":7,"config":{}}"#, 1007),
        (r#"{"name":"a/b","config":{}}"#, 4004),
        (too_large.as_str(), 1009),
    ] {
        let mut agent = LegacyAgent::connect(&hub).await;
        agent.tell("", "a", &config("10.0.0.1", &["web"])).await;
        hub.state_of("a", "live").await;
        agent.say(text).await;
        assert_eq!(agent.closed().await, code);
        hub.state_of("a", "held").await;
        assert!(has("web")(&hub.config().await));
    }
}

#[tokio::test]
async fn a_bad_element_is_told_and_costs_no_other() {
    let hub = without_grace().await;
    let mut agent = LegacyAgent::connect(&hub).await;
    let mut bad = config("10.0.0.1", &["web", "bad"]);
    bad["http"]["routers"]["bad"]["middlewares"] = json!(["auth"]);
    bad["http"]["middlewares"]["auth"]["basicAuth"]["user"] = json!("alice:x");
    agent.tell("", "a", &bad).await;
    hub.config_until(has("web")).await;
    assert!(!has("bad")(&hub.config().await), "without its protection");
    // People are told after Traefik.
    hub.state_until(|state| {
        let problems = state["problems"].as_array().unwrap();
        let of_agent = |problem: &Value| problem["origin"] == json!({ "agent": "a" });
        problems.len() == 2 && problems.iter().all(of_agent)
    })
    .await;
}

#[tokio::test]
async fn a_fleet_that_was_never_told_of_itself_is_answered_after_the_grace() {
    let hub = TestHub::start(Settings {
        startup_grace: Duration::from_millis(300),
        ..Settings::default()
    })
    .await;
    let mut agent = LegacyAgent::connect(&hub).await;
    agent.tell("", "a", &config("10.0.0.1", &["web"])).await;
    hub.state_of("a", "live").await;
    assert_eq!(
        hub.get("/readyz").await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
    assert!(has("web")(&hub.config().await));
}

#[tokio::test]
async fn who_answers_pings_lives_and_who_does_not_is_held() {
    let hub = without_grace().await;
    let mut healthy = LegacyAgent::connect(&hub).await;
    healthy
        .tell("", "healthy", &config("10.0.0.1", &["web"]))
        .await;
    healthy.leave_open();
    let mut silent = LegacyAgent::connect(&hub).await;
    silent
        .tell("", "silent", &config("10.0.0.2", &["app"]))
        .await;
    hub.state_of("silent", "held").await;
    hub.state_of("healthy", "live").await;
}

#[tokio::test]
async fn shutdown_closes_old_sessions_too() {
    let hub = without_grace().await;
    let mut agent = LegacyAgent::connect(&hub).await;
    agent.tell("", "a", &config("10.0.0.1", &["web"])).await;
    hub.state_of("a", "live").await;
    hub.shutdown();
    assert_eq!(agent.closed().await, 1012);
    hub.stopped().await;
}

#[tokio::test]
async fn scripts_get_environments_and_their_configurations() {
    let hub = without_grace().await;
    let mut agent = LegacyAgent::connect(&hub).await;
    agent
        .tell("lab", "a", &config("10.0.0.1", &["bench"]))
        .await;
    hub.state_of("a", "live").await;
    let envs = hub.get("/api/envs").await;
    assert_eq!(envs.text(), r#"["default","lab"]"#);

    let mut lab = hub.open("/api/events?env=lab").await;
    let first = lab.next_message().await;
    assert!(has("bench")(&first));
    let mut default = hub.open("/api/events?env=").await;
    assert_eq!(default.next_message().await, json!({}));
    agent
        .tell("lab", "a", &config("10.0.0.1", &["bench", "new"]))
        .await;
    assert!(has("new")(&lab.next_message().await));
    hub.shutdown();
    lab.ended().await;
    hub.stopped().await;
}

#[tokio::test]
async fn scripts_need_a_secret_and_no_dashboard() {
    let hub = TestHub::start(Settings {
        startup_grace: Duration::ZERO,
        no_web: true,
        ..Settings::default()
    })
    .await;
    for path in ["/api/envs", "/api/events?env=default", "/api/events"] {
        let answer = hub.ask("GET", path, &[], "").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    assert_eq!(hub.get("/api/envs").await.text(), r#"["default"]"#);
    assert_eq!(hub.get("/api/events").await.status, StatusCode::NOT_FOUND);
    let mut agent = LegacyAgent::connect(&hub).await;
    agent.tell("", "a", &config("10.0.0.1", &["web"])).await;
    let mut events = hub.open("/api/events?env=default").await;
    assert!(has("web")(&events.next_message().await));
}
