//! Sessions survive route sets that are larger than one message.

use serde_json::json;
use tether::settings::Settings;
use tether_proto::HUB_FRAME_LIMIT;

use crate::support::{Agent, TestHub, hello, router, routes};

#[tokio::test]
async fn an_agent_is_told_no_more_verdicts_than_it_takes() {
    let hub = TestHub::start(Settings::default()).await;
    let mut agent = Agent::connect(&hub, hello("a", Some(&["a"]))).await;
    let mut web = router("web");
    let mut asks = web.elements.remove(0);
    asks.body["middlewares"] = json!(["a-middleware-with-a-long-name-that-is-nowhere"]);
    web.elements.extend((0..20_000).map(|number| {
        let mut asks = asks.clone();
        asks.name = format!("web{number}");
        asks
    }));
    let receipt = agent.tell(1, routes(&[web])).await;
    let size = serde_json::to_string(&receipt).unwrap().len();
    assert!(size <= HUB_FRAME_LIMIT, "{size} bytes");
    let last = receipt.verdicts.last().unwrap();
    let told = receipt.verdicts.len() - 1;
    let more = format!("there are {} more problems", 20_000 - told);
    assert!(
        told > 1000 && last.message.starts_with(&more),
        "{told}: {last:?}"
    );
    assert!(hub.config().await["http"]["routers"]["web7"].is_object());
}

#[tokio::test]
async fn thousands_that_ask_for_the_same_are_told_of_one_other_each() {
    let hub = TestHub::start(Settings::default()).await;
    let mut agent = Agent::connect(&hub, hello("a", Some(&["a"]))).await;
    let web = |number: u32| {
        let mut web = router(&format!("web{number}"));
        web.elements[0].body["rule"] = json!("Host(`web.example.com`)");
        web.elements[0].body["tls"] = json!({ "options": format!("of-{number}@file") });
        web
    };
    let webs: Vec<_> = (0..3_000).map(web).collect();
    agent.send_routes(1, routes(&webs)).await;
    hub.state_until(|state| {
        let problems = state["problems"].as_array().unwrap().iter();
        let conflicts = problems.filter(|problem| problem["code"] == "router_conflict");
        // One over the requests, one over the options.
        conflicts.count() == 2 * (webs.len() - 1)
    })
    .await;
}
