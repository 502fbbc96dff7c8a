use serde_json::json;
use traefik_config::{Problem, Section};

use super::*;

fn element(kind: Kind, name: &str, body: &serde_json::Value) -> Element {
    serde_json::from_value(json!({
        "section": "http", "kind": kind, "name": name, "body": body
    }))
    .unwrap()
}

/// Two routers: `a` to service `a` through a chain of `auth`, `b` to service `b`.
fn container(problems: Vec<Problem>) -> ContainerView {
    let chain = json!({ "chain": { "middlewares": ["auth"] } });
    ContainerView {
        id: "1".to_owned(),
        name: "app".to_owned(),
        project: None,
        service: None,
        state: "running".to_owned(),
        outcome: RoutingState::Routed,
        why: None,
        idle: false,
        labelled: true,
        asks: vec![
            element(
                Kind::Routers,
                "a",
                &json!({ "service": "a", "middlewares": ["chain@docker"] }),
            ),
            element(Kind::Routers, "b", &json!({ "service": "b" })),
            element(Kind::Middlewares, "chain", &chain),
            element(Kind::Services, "a", &json!({})),
        ],
        choices: Vec::new(),
        problems,
        verdicts: Vec::new(),
    }
}

fn error(code: Code, kind: Kind, name: &str) -> Problem {
    Problem::error(code, "").of_element(Section::Http, kind, name)
}

fn warning(code: Code, kind: Kind, name: &str) -> Problem {
    Problem::warning(code, "").of_element(Section::Http, kind, name)
}

#[test]
fn a_container_is_routed_if_nothing_is_known_against_it() {
    assert_eq!(outcome(&container(Vec::new())), RoutingState::Routed);
    let note = Problem::info(Code::NoEffect, "");
    assert_eq!(outcome(&container(vec![note])), RoutingState::Routed);
    let note = Problem::info(Code::NotHealthy, "");
    assert_eq!(outcome(&container(vec![note])), RoutingState::Partly);
}

#[test]
fn one_router_of_two_makes_it_partly_routed() {
    for problem in [
        error(Code::BadRule, Kind::Routers, "a"),
        error(Code::UnresolvedReference, Kind::Middlewares, "chain"),
        error(Code::TraefikRefuses, Kind::Middlewares, "auth"),
        warning(Code::ServerUnreachable, Kind::Services, "a"),
        warning(Code::NotApplied, Kind::Routers, "b"),
        Problem::error(Code::NotLinked, ""),
    ] {
        let found = outcome(&container(vec![problem.clone()]));
        assert_eq!(found, RoutingState::Partly, "{problem:?}");
    }
}

#[test]
fn the_worst_reason_names_a_container_without_a_router_that_works() {
    let b = |code| warning(code, Kind::Routers, "b");
    for (a, b, expected) in [
        (
            error(Code::UnresolvedReference, Kind::Middlewares, "chain"),
            error(Code::BadRule, Kind::Routers, "b"),
            RoutingState::NotRouted,
        ),
        (
            error(Code::BadMiddleware, Kind::Middlewares, "auth"),
            b(Code::BadRule),
            RoutingState::Refused,
        ),
        (
            warning(Code::NeedsNewerTraefik, Kind::Routers, "a"),
            b(Code::NotApplied),
            RoutingState::MatchesNothing,
        ),
        (
            warning(Code::ServerUnreachable, Kind::Services, "a"),
            warning(Code::ServerUnreachable, Kind::Services, "b"),
            RoutingState::NoAnswer,
        ),
        (
            warning(Code::NotApplied, Kind::Routers, "a"),
            b(Code::NotApplied),
            RoutingState::Waiting,
        ),
    ] {
        let found = outcome(&container(vec![a.clone(), b]));
        assert_eq!(found, expected, "{a:?}");
    }
}

#[test]
fn some_errors_are_about_the_whole_container() {
    let conflict = error(Code::Conflict, Kind::Services, "other");
    assert_eq!(outcome(&container(vec![conflict])), RoutingState::NotRouted);
    let mut without_routers = container(vec![Problem::error(Code::NoRule, "")]);
    without_routers.asks.clear();
    assert_eq!(outcome(&without_routers), RoutingState::NotRouted);
}
