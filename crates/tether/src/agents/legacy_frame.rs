//! A legacy agent's frame in, who it is and its route set out.

use std::sync::atomic::{AtomicU64, Ordering};

use tether_proto::{DEFAULT_ENV, Hello, LegacyFrame};
use traefik_config::{Container, Element, Engine, Kind, RouteSet, configuration};

/// What stands where other agents' version does.
const VERSION: &str = "legacy";

/// What a frame says; nothing without a name or a configuration.
///
/// The route set has one engine without an endpoint, and that one container without a name, which
/// stands for all: the merge takes its elements each for itself (rule 9).
pub fn read(frame: LegacyFrame) -> Option<(Hello, RouteSet)> {
    let configuration = frame.config.filter(|_| !frame.name.is_empty())?;
    let (mut elements, problems) = configuration::elements(configuration);
    elements.retain(|element| !is_made_up(element));
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

/// These agents write a service for every name that a router gives, another provider's
/// (`api@internal`) too. Nothing can refer to it: to Traefik that name is the other provider's.
fn is_made_up(element: &Element) -> bool {
    element.kind == Kind::Services && element.name.contains('@')
}

/// These agents do not tell one process from another, so no session is another's successor
/// while that one lives.
fn instance() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("legacy session {}", NEXT.fetch_add(1, Ordering::Relaxed))
}
