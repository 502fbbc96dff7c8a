//! Every door of the hub against every credential.

use axum::http::StatusCode;
use tether::auth::Tokens;
use tether::settings::Settings;
use tether_proto::Token;

use super::support::TestHub;

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
