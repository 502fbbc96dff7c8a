//! The hub over real sockets: agents that speak the wire, readers that ask for `/config`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "hub/commands.rs"]
mod commands;
#[path = "hub/doors.rs"]
mod doors;
#[path = "hub/leaving.rs"]
mod leaving;
#[path = "hub/local_file.rs"]
mod local_file;
#[path = "hub/many.rs"]
mod many;
#[allow(dead_code, reason = "the tests of the legacy wire use the rest")]
#[path = "hub/support.rs"]
mod support;

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};
use support::{Agent, TestHub, hello, router, routes};
use tether::settings::{Settings, Wait};
use tether_proto::{AgentMessage, HubMessage, Refusal};
use traefik_config::{Code, Severity};

#[tokio::test]
async fn a_route_set_is_in_the_configuration_when_it_is_confirmed() {
    let hub = TestHub::start(Settings::default()).await;
    let mut agent = Agent::connect(&hub, hello("a", Some(&["a"]))).await;
    let applied = agent.tell(1, routes(&[router("web")])).await;
    assert_eq!((applied.seq, applied.verdicts.len()), (1, 0));
    let config = hub.config().await;
    assert_eq!(config["http"]["routers"]["web"]["service"], "web");
    let servers = &config["http"]["services"]["web"]["loadBalancer"]["servers"];
    assert_eq!(servers, &json!([{ "url": "http://10.0.0.1:8080" }]));
}

#[tokio::test]
async fn a_receipt_says_which_element_is_not_served_as_it_was_sent() {
    let hub = TestHub::start(Settings::default()).await;
    let mut first = Agent::connect(&hub, hello("a", Some(&["a", "b"]))).await;
    let mut second = Agent::connect(&hub, hello("b", None)).await;
    first.tell(1, routes(&[router("web")])).await;
    let mut other = router("web");
    other.elements[0].body["rule"] = json!("Host(`other.example`)");
    let applied = second.tell(1, routes(&[other])).await;
    let [verdict] = &applied.verdicts[..] else {
        panic!("{applied:?}");
    };
    assert_eq!(verdict.code, Code::Renamed);
    assert_eq!(verdict.element.as_deref(), Some("http.routers.web"));
}

#[tokio::test]
async fn an_agent_hears_what_another_ones_routes_do_to_its_own() {
    let hub = TestHub::start(Settings::default()).await;
    let mut late = Agent::connect(&hub, hello("b", Some(&["b"]))).await;
    let applied = late.tell(1, routes(&[router("web")])).await;
    assert!(applied.verdicts.is_empty());
    // Of the same name and something else; this one comes first by its name.
    let mut first = Agent::connect(&hub, hello("a", None)).await;
    let mut other = router("web");
    other.elements[0].body["rule"] = json!("Host(`other.example.com`)");
    first.tell(1, routes(&[other])).await;
    let again = late.receipt().await;
    let [verdict] = again.verdicts.as_slice() else {
        panic!("{again:?}");
    };
    assert_eq!((again.seq, verdict.code), (1, Code::Renamed));
    assert_eq!(verdict.severity, Severity::Info);
    // And when it is over.
    first.tell(2, routes(&[])).await;
    assert!(late.receipt().await.verdicts.is_empty());
}

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
async fn a_lost_agent_is_held_and_a_drained_one_is_gone() {
    let hub = TestHub::start(Settings::default()).await;
    let mut agent = Agent::connect(&hub, hello("a", Some(&["a"]))).await;
    agent.tell(1, routes(&[router("web")])).await;
    drop(agent);
    hub.state_of("a", "held").await;
    assert!(hub.config().await["http"]["routers"]["web"].is_object());

    let mut agent = Agent::connect(&hub, hello("a", None)).await;
    hub.state_of("a", "live").await;
    agent.send(&AgentMessage::Bye { drain: true }).await;
    hub.config_until(|config| *config == json!({})).await;
}

#[tokio::test]
async fn an_upgrade_keeps_the_routes() {
    let hub = TestHub::start(Settings::default()).await;
    let mut agent = Agent::connect(&hub, hello("a", Some(&["a"]))).await;
    agent.tell(1, routes(&[router("web")])).await;
    agent.send(&AgentMessage::Bye { drain: false }).await;
    hub.state_of("a", "held").await;
    assert!(hub.config().await["http"]["routers"]["web"].is_object());
}

#[tokio::test]
async fn a_late_route_set_changes_nothing() {
    let hub = TestHub::start(Settings::default()).await;
    let mut agent = Agent::connect(&hub, hello("a", Some(&["a"]))).await;
    agent.tell(5, routes(&[router("new")])).await;
    agent.send_routes(4, routes(&[router("old")])).await;
    agent
        .tell(6, routes(&[router("new"), router("newer")]))
        .await;
    let config = hub.config().await;
    let names: Vec<_> = config["http"]["routers"]
        .as_object()
        .unwrap()
        .keys()
        .collect();
    assert_eq!(names, ["new", "newer"]);
}

#[tokio::test]
async fn everybody_is_told_the_roster() {
    let hub = TestHub::start(Settings::default()).await;
    let mut first = Agent::connect(&hub, hello("a", None)).await;
    assert_eq!(first.roster().await, ["a"]);
    let mut second = Agent::connect(&hub, hello("b", None)).await;
    assert_eq!(second.roster().await, ["a", "b"]);
    assert_eq!(first.roster().await, ["a", "b"]);
}

#[tokio::test]
async fn a_roster_of_several_frames_comes_whole() {
    let hub = TestHub::start(Settings::default()).await;
    // A frame ends somewhere within a character.
    let names: Vec<String> = (0..30)
        .map(|at| format!("{at:02}{}", "é".repeat(60)))
        .collect();
    let mut agents = Vec::new();
    for name in &names {
        agents.push(Agent::connect(&hub, hello(name, None)).await);
    }
    let first = &mut agents[0];
    while first.roster().await != names {}
}

#[tokio::test]
async fn the_newer_process_of_an_agent_takes_over() {
    let hub = TestHub::start(Settings::default()).await;
    let mut old = Agent::connect(&hub, hello("a", Some(&["a"]))).await;
    let mut successor = hello("a", None);
    successor.instance = "second".to_owned();
    let mut new = Agent::connect(&hub, successor).await;
    assert_eq!(old.rejected().await, (Refusal::Superseded, 4002));
    new.tell(1, routes(&[router("web")])).await;
    assert!(hub.config().await["http"]["routers"]["web"].is_object());
}

#[tokio::test]
async fn a_frame_that_is_too_large_closes_its_session_and_nothing_else() {
    let hub = TestHub::start(Settings {
        frame_limit: 64 * 1024,
        ..Settings::default()
    })
    .await;
    let mut good = Agent::connect(&hub, hello("good", Some(&["good", "bad"]))).await;
    good.tell(1, routes(&[router("web")])).await;
    let mut bad = Agent::connect(&hub, hello("bad", None)).await;
    bad.tell(1, routes(&[router("mine")])).await;
    bad.send_text("x".repeat(65 * 1024)).await;
    assert_eq!(bad.rejected().await.1, 1009);
    hub.state_of("bad", "held").await;
    let config = hub.config().await;
    assert!(config["http"]["routers"]["web"].is_object());
    assert!(
        config["http"]["routers"]["mine"].is_object(),
        "held as after a crash"
    );
}

#[tokio::test]
async fn what_cannot_be_read_closes_the_session() {
    let hub = TestHub::start(Settings::default()).await;
    for text in [
        "{",
        "[]",
        r#"{"type":"routes"}"#,
        r#"{"type":"routes","seq":-1,"engines":[]}"#,
    ] {
        let mut agent = Agent::connect(&hub, hello("a", None)).await;
        agent.send_text(text.to_owned()).await;
        assert_eq!(
            agent.rejected().await,
            (Refusal::BadMessage, 1007),
            "{text}"
        );
    }
    let mut agent = Agent::connect(&hub, hello("a", None)).await;
    agent
        .send_text(r#"{"type":"of_a_newer_version"}"#.to_owned())
        .await;
    agent.tell(1, routes(&[])).await;
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
async fn every_door_wants_its_secret() {
    let hub = TestHub::start(Settings::default()).await;
    for path in ["/config", "/api/ws", "/api/state", "/api/events"] {
        for header in [
            None,
            Some("Bearer wrong"),
            Some("Basic c2VjcmV0"),
            Some("Bearer"),
        ] {
            let headers: Vec<_> = header
                .map(|value| ("authorization", value))
                .into_iter()
                .collect();
            let answer = hub.ask("GET", path, &headers, "").await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path} {header:?}");
            assert!(!answer.text().contains("secret"), "{path}");
        }
    }
    for path in ["/healthz", "/"] {
        assert_eq!(
            hub.ask("GET", path, &[], "").await.status,
            StatusCode::OK,
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_browser_logs_in_with_a_cookie_that_is_not_the_secret() {
    let hub = TestHub::start(Settings::default()).await;
    let json = [("content-type", "application/json")];
    let wrong = hub
        .ask("POST", "/api/login", &json, r#"{"secret":"no"}"#)
        .await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    let right = hub
        .ask("POST", "/api/login", &json, r#"{"secret":"secret"}"#)
        .await;
    assert_eq!(right.status, StatusCode::NO_CONTENT);
    let cookie = right.header("set-cookie").to_owned();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
        "{cookie}"
    );
    assert!(!cookie.contains("secret"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap();
    let state = hub
        .ask("GET", "/api/state", &[("cookie", cookie)], "")
        .await;
    assert_eq!(state.status, StatusCode::OK);
    let config = hub.ask("GET", "/config", &[("cookie", cookie)], "").await;
    assert_eq!(
        config.status,
        StatusCode::UNAUTHORIZED,
        "a login opens the dashboard only"
    );

    let unasked = hub
        .ask("POST", "/api/logout", &[("cookie", cookie)], "")
        .await;
    assert_eq!(unasked.status, StatusCode::FORBIDDEN);
    hub.ask(
        "POST",
        "/api/logout",
        &[("cookie", cookie), ("x-tether", "1")],
        "",
    )
    .await;
    let state = hub
        .ask("GET", "/api/state", &[("cookie", cookie)], "")
        .await;
    assert_eq!(state.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn browsers_and_strangers_are_no_agents() {
    let hub = TestHub::start(Settings::default()).await;
    let wire = ("sec-websocket-protocol", "tether.v1");
    let secret = ("authorization", "Bearer secret");
    let page = ("origin", "http://evil.example");
    assert_eq!(Agent::refused(&hub, &[wire]).await, 401);
    assert_eq!(
        Agent::refused(&hub, &[wire, ("authorization", "Bearer wrong")]).await,
        401
    );
    assert_eq!(Agent::refused(&hub, &[wire, secret, page]).await, 403);
    let other = ("sec-websocket-protocol", "tether.v9");
    assert_eq!(Agent::refused(&hub, &[other, secret]).await, 426);
    assert_eq!(Agent::refused(&hub, &[]).await, 401);
    assert_eq!(Agent::refused(&hub, &[secret, page]).await, 403);
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
    assert_eq!(agent.rejected().await, (Refusal::Restarting, 1012));
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

/// What the hub says first.
#[tokio::test]
async fn a_welcome_says_what_the_hub_takes() {
    let lease = Wait::For(Duration::from_secs(90));
    let hub = TestHub::start(Settings {
        lease,
        ..Settings::default()
    })
    .await;
    let mut agent = Agent::connect(&hub, hello("a", None)).await;
    let HubMessage::Welcome(welcome) = agent.welcome() else {
        panic!("no welcome")
    };
    assert_eq!(welcome.lease, Some(90));
    assert_eq!(welcome.limits.frame, tether_proto::FRAME_LIMIT);
    assert_eq!(welcome.observed_address, None, "loopback says nothing");
}

#[tokio::test]
async fn every_answer_keeps_strangers_scripts_out() {
    let hub = TestHub::start(Settings::default()).await;
    for path in [
        "/",
        "/assets/gone.js",
        "/api/state",
        "/api/login",
        "/config",
        "/healthz",
    ] {
        let answer = hub.ask("GET", path, &[], "").await;
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none';"), "{path}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}");
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
    }
}

#[tokio::test]
async fn who_shows_no_secret_in_time_is_dropped() {
    let hub = TestHub::start(Settings::default()).await;
    tokio::join!(
        hub.dropped_after(""),
        hub.dropped_after("GET /config HTTP/1.1\r\nHos"),
        hub.dropped_after("GET /healthz HTTP/1.1\r\nHost: hub\r\n\r\n"),
    );
}
