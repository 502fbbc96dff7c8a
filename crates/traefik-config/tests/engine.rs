//! Joins the containers of one engine: equal elements, conflicts and precedence.

use serde_json::{Value, json};
use traefik_config::engine::{United, unite};
use traefik_config::{Code, Container, Element, Engine, Key, Kind, Problem, Section};

#[test]
fn replicas_are_joined() {
    let two = Container {
        stopping: true,
        ..container("web-2", [service("app", 2)])
    };
    let united = united([two, container("web-1", [service("app", 1)])]);
    let app = &united.elements[&key(Kind::Services, "app")];
    assert_eq!(app.body, json!({ "loadBalancer": {} }));
    assert_eq!(app.owners, ["web-1", "web-2"]);
    let servers = app
        .servers
        .iter()
        .map(|one| (&*one.address, &*one.container, one.stopping));
    assert!(servers.eq([
        ("http://10.0.0.1:1", "web-1", false),
        ("http://10.0.0.1:2", "web-2", true)
    ]));
    assert_eq!(united.problems, []);
}

#[test]
fn a_server_of_two_containers_counts_once_and_is_alive_if_one_of_them_is() {
    let old = Container {
        stopping: true,
        ..container("a", [service("app", 1)])
    };
    let united = united([old, container("b", [service("app", 1)])]);
    let app = &united.elements[&key(Kind::Services, "app")];
    let servers = app
        .servers
        .iter()
        .map(|one| (&*one.container, one.stopping));
    assert!(servers.eq([("b", false)]));
}

#[test]
fn an_address_counts_once_with_its_first_definition() {
    let weighted = |name, weight| {
        let server = json!({ "url": "http://10.0.0.1:1", "weight": weight });
        let body = json!({ "loadBalancer": { "servers": [server] } });
        container(name, [element(Kind::Services, "app", body)])
    };
    let united = united([weighted("b", 1), weighted("a", 2)]);
    let servers = &united.elements[&key(Kind::Services, "app")].servers;
    assert_eq!(servers.len(), 1);
    assert_eq!(servers[0].container, "a");
    assert_eq!(servers[0].body["weight"], 2);
}

#[test]
fn a_container_without_a_server_takes_nothing_from_its_replica() {
    let body = json!({ "loadBalancer": { "servers": [] } });
    let empty = container("a", [element(Kind::Services, "app", body)]);
    let united = united([empty, container("b", [service("app", 2)])]);
    let app = &united.elements[&key(Kind::Services, "app")];
    assert_eq!(app.owners, ["a", "b"]);
    assert_eq!(app.servers.len(), 1);
    assert_eq!(united.problems, []);
}

#[test]
fn of_two_default_stores_the_first_counts_and_both_containers_stay() {
    let store = |resolver: &str| Element {
        section: Section::Tls,
        ..element(
            Kind::Stores,
            "default",
            json!({ "defaultGeneratedCert": { "resolver": resolver } }),
        )
    };
    let united = united([
        container("c", [store("x")]),
        container("b", [store("y"), service("app", 2)]),
        container("a", [store("x")]),
    ]);
    let kept = &united.elements[&Key::new(Section::Tls, Kind::Stores, "default")];
    assert_eq!(kept.body["defaultGeneratedCert"]["resolver"], "x");
    assert_eq!(kept.owners, ["a", "c"]);
    assert!(united.elements.contains_key(&key(Kind::Services, "app")));
    let problem = only(&united);
    assert_eq!(problem.code, Code::Conflict);
    assert_eq!(problem.origin.container.as_deref(), Some("b"));
    assert!(problem.message.contains("`a`"), "{}", problem.message);
}

#[test]
fn a_name_is_implicit_only_if_it_is_for_all_containers() {
    let made_up = Element {
        implicit: true,
        ..service("app", 1)
    };
    let united = united([
        container("a", [made_up]),
        container("b", [service("app", 2)]),
    ]);
    assert!(!united.elements[&key(Kind::Services, "app")].implicit);
}

#[test]
fn a_second_container_with_another_definition_is_left_out_as_a_whole() {
    let first = container("a", [prefix("p", "/a")]);
    let second = container(
        "b",
        [prefix("p", "/b"), prefix("q", "/b"), service("app", 1)],
    );
    // A container that is left out does not conflict with others.
    let third = container("c", [prefix("q", "/c")]);
    let united = united([third, second, first]);
    let names: Vec<&str> = united.elements.keys().map(|key| &*key.name).collect();
    assert_eq!(names, ["p", "q"]);
    assert_eq!(united.elements[&key(Kind::Middlewares, "q")].owners, ["c"]);
    let problem = only(&united);
    assert_eq!(problem.code, Code::Conflict);
    assert_eq!(problem.origin.container.as_deref(), Some("b"));
    assert!(
        problem.message.contains("`a` comes first"),
        "{}",
        problem.message
    );
}

#[test]
fn the_compose_service_decides_and_then_the_newer_container() {
    let of = |name: &str, service: Option<&str>, created, path| Container {
        project: service.map(|_| "p".to_owned()),
        service: service.map(ToOwned::to_owned),
        created,
        ..container(name, [prefix("x", path)])
    };
    for (first, second) in [
        (of("z", Some("a"), 1, "/1"), of("a", Some("b"), 2, "/2")),
        (of("b", Some("web"), 2, "/1"), of("a", Some("web"), 1, "/2")),
        (of("a", None, 1, "/1"), of("b", None, 2, "/2")),
    ] {
        let united = united([second, first.clone()]);
        let owners = &united.elements[&key(Kind::Middlewares, "x")].owners;
        assert_eq!(*owners, [first.name]);
    }
}

#[test]
fn an_invalid_element_takes_out_only_its_container() {
    let wrong = [
        element(
            Kind::Middlewares,
            "x",
            json!({ "addPrefix": { "prefxi": "/a" } }),
        ),
        element(Kind::Middlewares, "x", json!({ "addPrefix": {} })),
        element(Kind::Routers, "x", json!({})),
        element(
            Kind::Services,
            "x",
            json!({ "loadBalancer": { "servers": [{ "weight": 1 }] } }),
        ),
        element(Kind::Options, "x", json!({ "minVersion": "VersionTLS12" })),
        element(Kind::Routers, "", json!({ "rule": "Host(`x`)" })),
    ];
    for wrong in wrong {
        let bad = container("a", [wrong.clone(), prefix("p", "/a")]);
        let united = united([bad, container("b", [prefix("p", "/b")])]);
        assert_eq!(
            united.elements[&key(Kind::Middlewares, "p")].owners,
            ["b"],
            "{wrong:?}"
        );
        let problem = only(&united);
        assert_eq!(problem.code, Code::Invalid);
        assert!(
            problem.message.ends_with("the whole container is left out"),
            "{}",
            problem.message
        );
    }
}

#[test]
fn one_name_twice_in_one_container_is_refused() {
    let united = united([container("a", [prefix("p", "/a"), prefix("p", "/a")])]);
    assert!(united.elements.is_empty());
    assert_eq!(only(&united).code, Code::Invalid);
}

#[test]
fn names_in_any_case_become_traefiks_own() {
    let odd = element(
        Kind::Routers,
        "r",
        json!({ "RULE": "Host(`x`)", "MiddleWares": "a, b" }),
    );
    let united = united([container("a", [odd])]);
    let body = &united.elements[&key(Kind::Routers, "r")].body;
    assert_eq!(
        *body,
        json!({ "rule": "Host(`x`)", "middlewares": ["a", "b"] })
    );
}

fn united<const N: usize>(containers: [Container; N]) -> United {
    unite(&Engine {
        containers: containers.into(),
        ..Engine::default()
    })
}

fn only(united: &United) -> &Problem {
    assert_eq!(united.problems.len(), 1, "{:?}", united.problems);
    &united.problems[0]
}

fn container<const N: usize>(name: &str, elements: [Element; N]) -> Container {
    Container {
        id: name.to_owned(),
        name: name.to_owned(),
        elements: elements.into(),
        ..Container::default()
    }
}

fn service(name: &str, port: u16) -> Element {
    let url = format!("http://10.0.0.1:{port}");
    element(
        Kind::Services,
        name,
        json!({ "loadBalancer": { "servers": [{ "url": url }] } }),
    )
}

fn prefix(name: &str, path: &str) -> Element {
    element(
        Kind::Middlewares,
        name,
        json!({ "addPrefix": { "prefix": path } }),
    )
}

fn element(kind: Kind, name: &str, body: Value) -> Element {
    Element {
        section: Section::Http,
        kind,
        name: name.to_owned(),
        body,
        implicit: false,
    }
}

fn key(kind: Kind, name: &str) -> Key {
    Key::new(Section::Http, kind, name)
}
