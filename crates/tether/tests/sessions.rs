//! Sessions of agents over real sockets: route sets, receipts, rosters, and what ends a session.

use std::time::Duration;

use serde_json::json;
use tether::settings::{Settings, Wait};
use tether_proto::{AgentMessage, HubMessage, RejectCode};
use traefik_config::{Code, Severity};

use crate::support::{Agent, TestHub, hello, router, routes};

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
    assert_eq!(old.rejected().await, (RejectCode::Superseded, 4002));
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
            (RejectCode::BadMessage, 1007),
            "{text}"
        );
    }
    let mut agent = Agent::connect(&hub, hello("a", None)).await;
    agent
        .send_text(r#"{"type":"of_a_newer_version"}"#.to_owned())
        .await;
    agent.tell(1, routes(&[])).await;
}

/// The hub's first message.
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
