//! What the tests' agents send.

use serde_json::json;
use tether_proto::{Container, DEFAULT_ENV, Engine, EngineId, Hello, RouteSet};
use traefik_config::{Element, Kind, Section};

/// The first message of the agent of this name.
pub fn hello(agent: &str, roster: Option<&[&str]>) -> Hello {
    Hello {
        agent: agent.to_owned(),
        instance: "first".to_owned(),
        version: "1".to_owned(),
        env: DEFAULT_ENV.to_owned(),
        engines: vec![EngineId {
            endpoint: "unix:///docker.sock".to_owned(),
            id: Some(format!("engine of {agent}")),
            name: None,
        }],
        roster: roster.map(|names| names.iter().map(ToString::to_string).collect()),
    }
}

/// A container with one router and its service.
pub fn router(name: &str) -> Container {
    let element = |kind, body| Element {
        section: Section::Http,
        kind,
        name: name.to_owned(),
        body,
        implicit: false,
    };
    let rule = format!("Host(`{name}.example.com`)");
    let servers = json!([{ "url": "http://10.0.0.1:8080" }]);
    Container {
        id: format!("id of {name}"),
        name: name.to_owned(),
        elements: vec![
            element(Kind::Routers, json!({ "rule": rule, "service": name })),
            element(
                Kind::Services,
                json!({ "loadBalancer": { "servers": servers } }),
            ),
        ],
        ..Container::default()
    }
}

/// The route set of one listed engine with these containers.
pub fn routes(containers: &[Container]) -> RouteSet {
    let engine = Engine {
        endpoint: "unix:///docker.sock".to_owned(),
        listed: true,
        containers: containers.to_vec(),
        ..Engine::default()
    };
    RouteSet {
        engines: vec![engine],
    }
}
