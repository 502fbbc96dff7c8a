//! Writes a route set as a frame of the legacy wire.
//!
//! All engines of the host become one: such a hub knows names only, and mixes what bears one name.

use serde_json::{Map, Value, json};
use tether_proto::{Container, Engine, LegacyFrame, RouteSet};
use traefik_config::Problem;
use traefik_config::engine::{LOAD_BALANCER, SERVERS, UnitedElement, UnitedServer, unite};
use traefik_config::references::map_references;

/// The frame, and what could not be said in it, with the containers it is of.
pub(super) fn legacy_frame(
    routes: &RouteSet,
    name: &str,
    env: &str,
) -> (LegacyFrame, Vec<Problem>) {
    let containers = routes.engines.iter().flat_map(|engine| &engine.containers);
    let all = Engine {
        listed: true,
        // Their own problems are logged where they are found.
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
    for (key, element) in &united.elements {
        let (section, kind) = (key.section, key.kind);
        let mut body = with_servers(element);
        map_references(section, kind, &mut body, |reference| {
            let own = reference.own_name();
            let target = own.map(|own| reference.key(own));
            // The hub's document does not come from a Docker provider, so `x@docker` would mean
            // another one's.
            match target.filter(|target| united.elements.contains_key(target)) {
                Some(target) => target.name,
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
        of_kind.insert(key.name.clone(), body);
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
mod tests;
