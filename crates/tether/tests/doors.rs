//! Every door of the hub against every credential.

use axum::http::StatusCode;
use tether::auth::Tokens;
use tether::settings::Settings;
use tether_proto::Token;

use crate::support::{Agent, TestHub};

const FORGET: &str = r#"{"agent":"nobody"}"#;

/// Each path, with the one secret besides the one for all that opens it.
const DOORS: [((&str, &str), &str); 5] = [
    (("GET", "/config"), "read"),
    (("GET", "/api/ws"), "agent"),
    (("GET", "/api/state"), "web"),
    (("GET", "/api/events"), "web"),
    (("POST", "/api/forget"), "web"),
];

async fn hub() -> TestHub {
    let tokens = Tokens {
        all: Token::new("all"),
        agent: Token::new("agent"),
        read: Token::new("read"),
        web: Token::new("web"),
        open: false,
    };
    TestHub::with(Settings::default(), tokens).await
}

/// The cookie of a browser that has logged in.
async fn cookie(hub: &TestHub) -> String {
    let json = [("content-type", "application/json")];
    let login = hub
        .ask("POST", "/api/login", &json, r#"{"secret":"web"}"#)
        .await;
    assert_eq!(login.status, StatusCode::NO_CONTENT);
    let cookie = login.header("set-cookie").split(';').next();
    cookie.unwrap().to_owned()
}

#[tokio::test]
async fn each_credential_opens_its_own_doors_only() {
    let hub = hub().await;
    let cookie = cookie(&hub).await;
    let others = [("content-type", "application/json"), ("x-tether", "1")];
    for (door, own) in DOORS {
        for secret in ["all", "agent", "read", "web", "none", ""] {
            let shown = format!("Bearer {secret}");
            let headers = [&[("authorization", shown.as_str())], &others[..]].concat();
            let status = hub.status(door, &headers, FORGET).await;
            let opens = secret == own || secret == "all";
            assert_eq!(
                status != StatusCode::UNAUTHORIZED,
                opens,
                "{door:?} with `{secret}`: {status}"
            );
        }
        let stranger = hub.status(door, &others, FORGET).await;
        assert_eq!(stranger, StatusCode::UNAUTHORIZED, "{door:?}");
        let headers = [&[("cookie", cookie.as_str())], &others[..]].concat();
        let browser = hub.status(door, &headers, FORGET).await;
        let opens = own == "web";
        assert_eq!(browser != StatusCode::UNAUTHORIZED, opens, "{door:?}");
    }
}

#[tokio::test]
async fn what_changes_something_is_not_heard_from_another_sites_page() {
    let hub = hub().await;
    let cookie = cookie(&hub).await;
    let cookie = ("cookie", cookie.as_str());
    let json = ("content-type", "application/json");
    for (path, body) in [("/api/forget", FORGET), ("/api/logout", "")] {
        let unasked = hub.status(("POST", path), &[cookie, json], body).await;
        assert_eq!(unasked, StatusCode::FORBIDDEN, "{path}");
    }
    let form = ("content-type", "text/plain");
    let headers = [cookie, form, ("x-tether", "1")];
    let form = hub.status(("POST", "/api/forget"), &headers, FORGET).await;
    assert_eq!(form, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let got = hub.status(("GET", "/api/forget"), &[cookie], "").await;
    assert_eq!(got, StatusCode::METHOD_NOT_ALLOWED);
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
