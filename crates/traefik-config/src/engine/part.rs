//! Checks one container's elements, and takes the servers out of their definitions.

use std::collections::BTreeMap;

use go_compat::excerpt::shown;
use serde_json::{Map, Value};

use crate::defaults::without_defaults;
use crate::validate::canonical_for;
use crate::{Choice, Code, Container, Element, Key, Kind, Problem, TraefikVersion};

/// One element, and the containers that define it.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitedElement {
    /// Its definition in canonical form, without the servers of its load balancer.
    pub body: Value,
    /// The same without Traefik's own defaults. It is equal for equal definitions.
    pub normalized: Value,
    /// True if it is implicit for all of its owners.
    pub implicit: bool,
    /// The names of the containers that define it, in order of precedence.
    pub owners: Vec<String>,
    /// The servers of its load balancer, sorted, each once.
    pub servers: Vec<UnitedServer>,
}

/// One server of a load balancer.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitedServer {
    /// Its URL or address.
    pub address: String,
    /// Its definition.
    pub body: Value,
    /// The container behind it.
    pub container: String,
    /// True if that container is about to stop.
    pub stopping: bool,
    /// The reason for this address and port; empty if a label set them.
    pub reason: String,
    /// The container's own port, if its host publishes it as another one.
    pub container_port: Option<u16>,
    /// Its port of the service's health check, if it is another one than written; 0 if it cannot be
    /// reached.
    pub health_port: Option<u16>,
}

/// The field of a load balancer that holds its servers, followed by [`SERVERS`].
pub const LOAD_BALANCER: &str = "loadBalancer";

/// The list of servers in a load balancer.
pub const SERVERS: &str = "servers";

/// A container's elements, checked, each with its servers apart.
pub(super) type Parts = BTreeMap<Key, UnitedElement>;

/// The element in this Traefik's canonical form, if it can be part of a document.
///
/// # Errors
/// If Traefik would reject it, if it is empty, or if a server has no address.
pub fn admissible_for(element: &Element, version: TraefikVersion) -> Result<Element, Vec<Problem>> {
    let element = canonical_for(element, version)?;
    if element.body.as_object().is_none_or(Map::is_empty) {
        let fault = "is empty, and Traefik rejects empty objects";
        return Err(vec![invalid(&element, fault)]);
    }
    if servers(&element)
        .iter()
        .any(|server| address(server).is_none())
    {
        return Err(vec![invalid(&element, "has a server without an address")]);
    }
    Ok(element)
}

/// `element` is admissible.
pub(super) fn part(
    mut element: Element,
    container: &Container,
    version: TraefikVersion,
) -> UnitedElement {
    let servers = take_servers(&mut element).into_iter().map(|body| {
        let address = address(&body).unwrap_or_default();
        let choice = choice(&container.choices, &element.name, &address);
        UnitedServer {
            reason: choice.map_or(String::new(), |choice| choice.reason.clone()),
            container_port: choice.and_then(|choice| choice.container_port),
            health_port: choice.and_then(|choice| choice.health_port),
            address,
            body,
            container: container.name.clone(),
            stopping: container.stopping,
        }
    });
    let servers = servers.collect();
    UnitedElement {
        normalized: without_defaults(element.section, element.kind, &element.body, version),
        body: element.body,
        implicit: element.implicit,
        owners: vec![container.name.clone()],
        servers,
    }
}

fn servers(element: &Element) -> &[Value] {
    if element.kind != Kind::Services {
        return &[];
    }
    let balancer = element.body.get(LOAD_BALANCER);
    let servers = balancer.and_then(|balancer| balancer.get(SERVERS)?.as_array());
    servers.map(Vec::as_slice).unwrap_or_default()
}

fn take_servers(element: &mut Element) -> Vec<Value> {
    if element.kind != Kind::Services {
        return Vec::new();
    }
    let balancer = element
        .body
        .get_mut(LOAD_BALANCER)
        .and_then(Value::as_object_mut);
    match balancer.and_then(|balancer| balancer.remove(SERVERS)) {
        Some(Value::Array(servers)) => servers,
        _ => Vec::new(),
    }
}

fn address(server: &Value) -> Option<String> {
    let address = server
        .get("url")
        .or_else(|| server.get("address"))?
        .as_str()?;
    (!address.is_empty()).then(|| address.to_owned())
}

/// Services of different sections can have the same name, so the port must match too.
fn choice<'a>(choices: &'a [Choice], service: &str, address: &str) -> Option<&'a Choice> {
    let fits = |choice: &&Choice| {
        let host = &choice.address;
        let end = if host.contains(':') {
            format!("[{host}]:{}", choice.port)
        } else {
            format!("{host}:{}", choice.port)
        };
        choice.service == service && address.contains(&end)
    };
    choices.iter().find(fits)
}

pub(super) fn invalid(element: &Element, fault: &str) -> Problem {
    let (section, kind) = (element.section, element.kind.singular());
    let message = format!("{section} {kind} `{}` {fault}", shown(&element.name));
    let problem = Problem::error(Code::Invalid, message);
    problem.of_element(section, element.kind, &element.name)
}
