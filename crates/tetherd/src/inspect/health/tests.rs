//! Engines and hubs, and the health that follows.

use super::*;

fn engine(listed: bool, fault: Option<&str>) -> Engine {
    Engine {
        endpoint: "unix:///d".to_owned(),
        listed,
        fault: fault.map(str::to_owned),
        ..Engine::default()
    }
}

fn hub(state: HubState, fault: Option<&str>) -> HubView {
    HubView {
        url: "http://hub".to_owned(),
        state,
        version: None,
        fault: fault.map(str::to_owned),
        seconds: Some(1),
    }
}

#[track_caller]
fn check(engine: &Engine, hub: HubView, taken: bool, expected: (bool, &str)) {
    let (healthy, line) = judge(std::slice::from_ref(engine), &[(hub, taken)]);
    assert_eq!((healthy, line.as_str()), expected);
}

#[test]
fn a_hub_that_is_lost_again_is_not_the_agents_fault() {
    let good = engine(true, None);
    check(
        &good,
        hub(HubState::Applied, None),
        true,
        (true, "watches unix:///d; connected to http://hub"),
    );
    check(
        &good,
        hub(HubState::Lost, Some("nothing listens")),
        true,
        (
            true,
            "watches unix:///d; no hub at this moment (nothing listens)",
        ),
    );
    check(
        &good,
        hub(HubState::Lost, Some("wrong token")),
        false,
        (false, "no hub takes this agent: wrong token"),
    );
}

#[test]
fn an_engine_that_cannot_be_listed_is() {
    let hub = || hub(HubState::Applied, None);
    check(
        &engine(false, None),
        hub(),
        true,
        (false, "unix:///d is not listed yet"),
    );
    // Its routes are kept, and yet nothing new is seen.
    check(
        &engine(true, Some("no socket")),
        hub(),
        true,
        (false, "unix:///d cannot be listed: no socket"),
    );
}
