//! Route sets and their legacy frames.

use traefik_config::{Element, Kind, Section};

use super::*;

fn element(kind: Kind, name: &str, body: Value) -> Element {
    Element {
        section: Section::Http,
        kind,
        name: name.to_owned(),
        body,
        implicit: false,
    }
}

fn web(container: &str, url: &str) -> Container {
    let balancer = json!({ "loadBalancer": { "servers": [{ "url": url }] } });
    let router = json!({
        "rule": "Host(`web`)", "service": "web@docker",
        "middlewares": ["zip@docker", "auth@docker", "gate", "all@file"],
    });
    Container {
        id: container.to_owned(),
        name: container.to_owned(),
        elements: vec![
            element(Kind::Routers, "web", router),
            element(Kind::Services, "web", balancer),
            element(Kind::Middlewares, "zip", json!({ "compress": {} })),
        ],
        problems: vec![Problem::error(
            traefik_config::Code::NoPort,
            "told elsewhere",
        )],
        ..Container::default()
    }
}

fn said(engines: Vec<Vec<Container>>) -> (Value, Vec<Problem>) {
    let engines = engines.into_iter().map(|containers| Engine {
        listed: true,
        containers,
        ..Engine::default()
    });
    let routes = RouteSet {
        engines: engines.collect(),
    };
    let (frame, problems) = legacy_frame(&routes, "host", "lab");
    (serde_json::to_value(frame).unwrap(), problems)
}

#[test]
fn replicas_are_one_service_and_own_names_lose_their_provider() {
    let mut leaving = web("b", "http://h:2");
    leaving.stopping = true;
    let (frame, problems) = said(vec![
        vec![web("a", "http://h:1"), leaving],
        vec![web("c", "http://h:3")],
    ]);
    let servers = json!([{ "url": "http://h:1" }, { "url": "http://h:3" }]);
    let router = json!({
        "rule": "Host(`web`)", "service": "web",
        "middlewares": ["zip", "auth@docker", "gate", "all@file"],
    });
    let config = json!({ "http": {
        "routers": { "web": router },
        "services": { "web": { "loadBalancer": { "servers": servers } } },
        "middlewares": { "zip": { "compress": {} } },
    }});
    assert_eq!(
        frame,
        json!({ "env": "lab", "name": "host", "config": config })
    );
    assert_eq!(problems, []);
}

#[test]
fn a_sole_server_stays_until_it_dies() {
    let mut leaving = web("a", "http://h:1");
    leaving.stopping = true;
    let (frame, _) = said(vec![vec![leaving]]);
    let servers = frame.pointer("/config/http/services/web/loadBalancer/servers");
    assert_eq!(servers, Some(&json!([{ "url": "http://h:1" }])));
}

#[test]
fn one_name_with_two_meanings_is_told() {
    let mut other = web("b", "http://h:2");
    other.elements[0].body = json!({ "rule": "Host(`other`)", "service": "web" });
    let (frame, problems) = said(vec![vec![web("a", "http://h:1")], vec![other]]);
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].origin.container.as_deref(), Some("b"));
    let rule = frame.pointer("/config/http/routers/web/rule");
    assert_eq!(rule, Some(&json!("Host(`web`)")));
}

#[test]
fn nothing_is_said_as_nothing() {
    let (frame, _) = said(vec![vec![]]);
    assert_eq!(frame, json!({ "env": "lab", "name": "host", "config": {} }));
}
