//! A route set in, the frame that says it on the legacy wire out.
//!
//! All engines of the host become one: such a hub knows names only, and mixes what bears one name.

use serde_json::{Map, Value, json};
use tether_proto::LegacyFrame;
use traefik_config::engine::{LOAD_BALANCER, SERVERS, UnitedElement, UnitedServer, unite};
use traefik_config::references::map_references;
use traefik_config::{Container, Engine, Problem, RouteSet};

/// The frame, and what could not be said in it, with the containers it is of.
pub(super) fn frame(routes: &RouteSet, name: &str, env: &str) -> (LegacyFrame, Vec<Problem>) {
    let containers = routes.engines.iter().flat_map(|engine| &engine.containers);
    let all = Engine {
        listed: true,
        // What they say of themselves is logged where it is found.
        containers: containers
            .map(|container| Container {
                problems: Vec::new(),
                ..container.clone()
            })
            .collect(),
        ..Engine::default()
    };
    let united = unite(&all);
    let mut config = Map::new();
    for ((section, kind, name), element) in &united.elements {
        let mut body = with_servers(element);
        map_references(*section, *kind, &mut body, |reference| {
            let own = reference.own_name();
            let key = own.map(|own| (reference.section, reference.kind, own.to_owned()));
            // That hub's document is no Docker provider's, so `x@docker` would be a stranger's.
            match key.filter(|key| united.elements.contains_key(key)) {
                Some((_, _, own)) => own,
                None => reference.name,
            }
        });
        let part = |map: &mut Map<String, Value>, name: &str| -> Map<String, Value> {
            match map.remove(name) {
                Some(Value::Object(part)) => part,
                _ => Map::new(),
            }
        };
        let mut of_section = part(&mut config, section.as_str());
        let mut of_kind = part(&mut of_section, kind.as_str());
        of_kind.insert(name.clone(), body);
        of_section.insert(kind.as_str().to_owned(), of_kind.into());
        config.insert(section.as_str().to_owned(), of_section.into());
    }
    let frame = LegacyFrame {
        env: env.to_owned(),
        name: name.to_owned(),
        config: Some(config),
    };
    (frame, united.problems)
}

/// The element's definition with its servers; one that is about to stop leaves where another
/// stays.
fn with_servers(element: &UnitedElement) -> Value {
    let mut body = element.body.clone();
    let stays = |server: &&UnitedServer| !server.stopping;
    let some_stay = element.servers.iter().any(|server| !server.stopping);
    let servers = element.servers.iter();
    let servers: Vec<&Value> = servers
        .filter(|server| !some_stay || stays(server))
        .map(|server| &server.body)
        .collect();
    if let Some(balancer) = body.get_mut(LOAD_BALANCER).and_then(Value::as_object_mut)
        && !servers.is_empty()
    {
        balancer.insert(SERVERS.to_owned(), json!(servers));
    }
    body
}

#[cfg(test)]
mod tests {
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
        let (frame, problems) = frame(&routes, "host", "lab");
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
}
