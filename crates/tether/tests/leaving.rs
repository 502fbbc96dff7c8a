//! Agents that leave on purpose, by their own word or by somebody else's.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::json;
use tether::settings::Settings;
use tether_proto::{HubMessage, PriorState, RejectCode};

use crate::support::{Agent, TestHub, hello, router, routes};

/// The answer of a hub that has just started.
fn drained(was: PriorState) -> HubMessage {
    HubMessage::Drained { was, sure: false }
}

/// Agents `a` and `b`, with a route each, at a hub that knew them before.
async fn pair() -> (TestHub, Agent, Agent) {
    let hub = TestHub::start(Settings::default()).await;
    let mut a = Agent::connect(&hub, hello("a", Some(&["a", "b"]))).await;
    let mut b = Agent::connect(&hub, hello("b", None)).await;
    a.tell(1, routes(&[router("of-a")])).await;
    b.tell(1, routes(&[router("of-b")])).await;
    hub.config_until(|config| config["http"]["routers"].as_object().unwrap().len() == 2)
        .await;
    (hub, a, b)
}

#[tokio::test]
async fn a_drained_agent_is_told_and_out_by_the_time_that_the_answer_is_there() {
    let (hub, mut a, mut b) = pair().await;
    assert_eq!(
        Agent::drain(&hub, hello("a", None)).await,
        drained(PriorState::Live)
    );
    let config = hub.config().await;
    assert!(config["http"]["routers"]["of-a"].is_null(), "{config}");
    assert!(config["http"]["routers"]["of-b"].is_object(), "{config}");
    assert_eq!(a.rejected().await, (RejectCode::Drained, 4003));
    let mut again = Agent::connect_to_be_refused(&hub, hello("a", None)).await;
    assert_eq!(again.rejected().await, (RejectCode::Drained, 4003));
    while b.roster().await != ["b"] {}

    let mut anew = hello("a", None);
    anew.instance = "another process".to_owned();
    let mut anew = Agent::connect(&hub, anew).await;
    anew.tell(1, routes(&[router("of-a")])).await;
    assert!(hub.config().await["http"]["routers"]["of-a"].is_object());
}

#[tokio::test]
async fn what_a_drain_meets_is_said() {
    let (hub, a, _b) = pair().await;
    let mut elsewhere = hello("b", None);
    elsewhere.engines.clear();
    let HubMessage::Rejected { code, message } = Agent::drain(&hub, elsewhere.clone()).await else {
        panic!("a connected agent is taken out from anywhere");
    };
    assert_eq!(code, RejectCode::NameTaken);
    assert!(message.contains("stop it there first"), "{message}");

    drop(a);
    hub.state_of("a", "held").await;
    elsewhere.agent = "a".to_owned();
    for was in [PriorState::Held, PriorState::Drained] {
        let answer = Agent::drain(&hub, elsewhere.clone()).await;
        assert_eq!(answer, drained(was));
    }
    elsewhere.agent = "nobody".to_owned();
    assert_eq!(
        Agent::drain(&hub, elsewhere).await,
        drained(PriorState::Nobody)
    );
}

#[tokio::test]
async fn a_hub_that_was_restarted_does_not_wait_for_who_is_drained_meanwhile() {
    let settings = Settings {
        // Longer than the test: the grace is not what makes it ready.
        startup_grace: Duration::from_secs(3600),
        ..Settings::default()
    };
    let hub = TestHub::start(settings).await;
    let mut b = Agent::connect(&hub, hello("b", Some(&["a", "b"]))).await;
    b.tell(1, routes(&[])).await;
    let waiting = hub.get("/config").await;
    assert!(
        waiting.text().contains("waiting for a"),
        "{}",
        waiting.text()
    );
    let answer = Agent::drain(&hub, hello("a", None)).await;
    assert_eq!(answer, drained(PriorState::Awaited));
    assert_eq!(hub.config().await, json!({}));
}

/// The hub's answer to a browser that wants to forget this agent.
async fn forget(hub: &TestHub, body: &'static str) -> (StatusCode, String) {
    let headers = [
        ("authorization", "Bearer secret"),
        ("content-type", "application/json"),
        ("x-tether", "1"),
    ];
    let answer = hub.ask("POST", "/api/forget", &headers, body).await;
    (answer.status, answer.text())
}

#[tokio::test]
async fn a_lost_agent_is_forgotten_and_a_live_one_is_not() {
    let (hub, a, mut b) = pair().await;
    let (status, words) = forget(&hub, r#"{"agent":"a"}"#).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(words.contains("tetherd drain"), "{words}");
    for nobody in [
        r#"{"agent":"c"}"#,
        r#"{"agent":"a","env":"lab"}"#,
        r#"{"agent":"a/b"}"#,
        r#"{"agent":""}"#,
    ] {
        assert_eq!(forget(&hub, nobody).await.0, StatusCode::NOT_FOUND);
    }

    drop(a);
    hub.state_of("a", "held").await;
    assert!(hub.config().await["http"]["routers"]["of-a"].is_object());
    let (status, _) = forget(&hub, r#"{"agent":"a","env":"default"}"#).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    hub.config_until(|config| config["http"]["routers"]["of-a"].is_null())
        .await;
    assert!(hub.config().await["http"]["routers"]["of-b"].is_object());
    while b.roster().await != ["b"] {}
    let again = forget(&hub, r#"{"agent":"a"}"#).await;
    assert_eq!(again.0, StatusCode::NOT_FOUND);

    let mut a = Agent::connect(&hub, hello("a", None)).await;
    a.tell(1, routes(&[router("of-a")])).await;
    assert!(hub.config().await["http"]["routers"]["of-a"].is_object());
}

#[tokio::test]
async fn a_second_agent_of_a_name_is_shown_with_both_hosts_until_it_is_let_in() {
    let hub = TestHub::start(Settings::default()).await;
    let host = |instance: &str, name: &str| {
        let mut hello = hello("twin", Some(&["twin"]));
        hello.instance = instance.to_owned();
        hello.engines[0].id = Some(name.to_owned());
        hello.engines[0].name = Some(name.to_owned());
        hello
    };
    let mut first = Agent::connect(&hub, host("one", "cellar")).await;
    first.tell(1, routes(&[router("web")])).await;
    // Each try is one more reason, not one more problem.
    for _ in 0..2 {
        let mut second = Agent::connect_to_be_refused(&hub, host("two", "attic")).await;
        assert_eq!(second.rejected().await, (RejectCode::NameTaken, 4001));
    }
    hub.state_until(|state| {
        let [problem] = state["problems"].as_array().unwrap().as_slice() else {
            return false;
        };
        let message = problem["message"].as_str().unwrap();
        problem["code"] == "duplicate_agent"
            && problem["origin"]["agent"] == "twin"
            && state["agents"][0]["problems"] == 1
            && ["host `attic`", "host `cellar`", "TETHERD_NAME"]
                .iter()
                .all(|words| message.contains(words))
    })
    .await;

    drop(first);
    hub.state_of("twin", "held").await;
    Agent::connect(&hub, host("two", "attic"))
        .await
        .leave_open();
    hub.state_until(|state| {
        state["agents"][0]["state"] == "live" && state["problems"] == json!([])
    })
    .await;
}
