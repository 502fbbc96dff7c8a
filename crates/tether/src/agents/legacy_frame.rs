//! `LegacyFrame` → `Hello` and `RouteSet`.

use std::sync::atomic::{AtomicU64, Ordering};

use tether_proto::{Container, DEFAULT_ENV, Engine, Hello, LegacyFrame, RouteSet};
use traefik_config::{Element, Kind, configuration};

/// The version of agents that do not report one.
const VERSION: &str = "legacy";

/// Reads a frame. Returns none without a name or a configuration.
///
/// The route set has one engine without an endpoint, with one container without a name for all
/// elements. The merge handles each of these separately (rule 9).
pub fn read(frame: LegacyFrame) -> Option<(Hello, RouteSet)> {
    let configuration = frame.config.filter(|_| !frame.name.is_empty())?;
    let (mut elements, problems) = configuration::elements(configuration);
    elements.retain(|element| !is_other_providers(element));
    let container = Container {
        elements,
        problems,
        ..Container::default()
    };
    let engine = Engine {
        listed: true,
        containers: vec![container],
        ..Engine::default()
    };
    let hello = Hello {
        agent: frame.name,
        instance: instance(),
        version: VERSION.to_owned(),
        env: match frame.env.as_str() {
            "" => DEFAULT_ENV.to_owned(),
            _ => frame.env,
        },
        engines: Vec::new(),
        roster: None,
    };
    let routes = RouteSet {
        engines: vec![engine],
    };
    Some((hello, routes))
}

/// These agents write a service for every service that a router names, including other providers'
/// (`api@internal`). Nothing can refer to it, since Traefik takes the name for the other
/// provider's.
fn is_other_providers(element: &Element) -> bool {
    element.kind == Kind::Services && element.name.contains('@')
}

/// These agents do not identify their process, so no session replaces another one while that is
/// alive.
fn instance() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("legacy session {}", NEXT.fetch_add(1, Ordering::Relaxed))
}
