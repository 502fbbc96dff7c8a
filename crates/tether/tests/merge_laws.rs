//! Laws that every merge keeps, checked with random hosts.

mod worlds;

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;
use tether::compile::AgentRoutes;
use tether::merge::{Merged, Policy, merge};
use tether::publish::{to_json, to_yaml};
use tether_proto::{Container, Engine, RouteSet};
use traefik_config::references::references;
use traefik_config::rule::of_router;
use traefik_config::validate::validate;
use traefik_config::{Code, Element, Kind, Origin, Section, Severity, TraefikVersion};

use worlds::{World, hosts, shuffled, without_shared_names};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn order_makes_no_difference((world, other) in hosts().prop_flat_map(shuffled)) {
        let (one, other) = (merged(&world), merged(&other));
        prop_assert_eq!(to_json(&one), to_json(&other));
        prop_assert_eq!(one, other);
    }

    #[test]
    fn a_merge_of_a_merge_is_the_same(world in hosts()) {
        let once = merged(&world);
        let again = merge(&[AgentRoutes::new("all", &as_routes(&once))], &Policy::default());
        prop_assert_eq!(to_json(&once), to_json(&again));
        // Doubts within one engine remain.
        let is_doubt = |code| matches!(code, Code::RouterConflict | Code::NoHealthCheck);
        let again = again.problems.iter().filter(|one| !is_doubt(one.code));
        prop_assert_eq!(again.count(), 0);
    }

    #[test]
    fn traefik_takes_what_comes_out(world in hosts()) {
        let merged = merged(&world);
        for element in elements(&merged) {
            prop_assert_eq!(validate(&element), Ok(()));
        }
        let json: Value = serde_json::from_slice(&to_json(&merged)).unwrap();
        let yaml: Value = serde_yaml_ng::from_slice(&to_yaml(&to_json(&merged))).unwrap();
        prop_assert_eq!(&json, &yaml);
        for section in json.as_object().unwrap().values() {
            let kinds = section.as_object().unwrap();
            prop_assert!(!kinds.is_empty());
            prop_assert!(kinds.values().all(|kind| !kind.as_object().unwrap().is_empty()));
        }
    }

    #[test]
    fn every_reference_is_good_or_plainly_not(world in hosts()) {
        let merged = merged(&world);
        for element in elements(&merged) {
            for reference in references(element.section, element.kind, &element.body) {
                let provider = reference.name.rsplit_once('@').map(|(_, provider)| provider);
                if matches!(provider, None | Some("http")) {
                    prop_assert!(merged.target(&reference).is_some(), "{:?}", reference);
                } else {
                    prop_assert!(matches!(provider, Some("file" | "unresolved")), "{:?}", reference);
                }
            }
        }
    }

    #[test]
    fn every_good_router_is_there_with_all_its_middlewares(world in hosts()) {
        let merged = merged(&world);
        for (agent, engine, container, router) in routers(&world) {
            let origin = Origin {
                agent: Some(agent),
                engine: Some(engine),
                container: Some(container),
                ..Origin::default()
            };
            let lost = merged.problems.iter().any(|problem| {
                problem.origin == origin
                    && problem.severity == Severity::Error
                    && problem.code != Code::UnresolvedReference
            });
            let found = merged.elements.iter().any(|(key, element)| {
                (key.section, key.kind) == (router.section, router.kind)
                    && rule(key.section, &element.value()) == rule(key.section, &router.body)
                    && count(&element.value()) == count(&router.body)
                    && element.origins().any(|one| one == origin)
            });
            prop_assert!(lost || found, "{:?} of {:?}", router, origin);
        }
    }

    #[test]
    fn the_local_file_keeps_its_names_and_what_it_says((world, other) in (hosts(), hosts())) {
        // A shared name may lead into a circle, so this is about worlds without any.
        let (world, other) = (without_shared_names(world), without_shared_names(other));
        let Some(file) = local_file(&other) else { return Ok(()) };
        let alone = merge(std::slice::from_ref(&file), &Policy::default());
        let together = merge(&[agents(&world), vec![file]].concat(), &policy());
        for (key, element) in alone.elements.iter() {
            let Some(found) = together.elements.get(key) else {
                let lost = together.problems.iter().any(|problem| {
                    problem.code == Code::RouterConflict && problem.origin.file.is_some()
                });
                prop_assert!(lost, "{:?} is gone", key);
                continue;
            };
            prop_assert!(found.origins().any(|origin| origin.file.is_some()), "{:?} is another's", key);
            let (mut ours, mut theirs) = (element.value(), found.value());
            let (before, after) = (servers(&mut ours), servers(&mut theirs));
            prop_assert_eq!(&ours, &theirs, "{:?}", key);
            prop_assert!(before.iter().all(|server| after.contains(server)), "{:?}", key);
        }
    }

    #[test]
    fn no_two_hosts_have_the_same_requests(world in hosts()) {
        let merged = merged(&world);
        let routers = merged.elements.iter().filter(|(key, _)| key.kind == Kind::Routers);
        let routers: Vec<_> = routers.collect();
        for (at, (key, one)) in routers.iter().enumerate() {
            for (other_key, other) in &routers[at + 1..] {
                let claim = |body: &Value| {
                    (rule(key.section, body), ["tls", "priority"].map(|field| body.get(field).cloned()))
                };
                let listens = |body: &Value| body.get("entryPoints").cloned();
                let mut engines = one.origins().chain(other.origins()).map(|one| (one.agent, one.engine));
                let first = engines.next();
                let local = engines.all(|engine| Some(engine) == first);
                let (one, other) = (one.value(), other.value());
                let reaches = |body: &Value| ["service", "middlewares"].map(|field| body.get(field).cloned());
                prop_assert!(
                    local
                        || key.section != other_key.section
                        || claim(&one) != claim(&other)
                        || listens(&one) != listens(&other)
                        || reaches(&one) == reaches(&other),
                    "{:?} and {:?}", key, other_key
                );
            }
        }
    }

    #[test]
    fn a_router_reaches_no_engine_that_does_not_declare_it(world in hosts()) {
        // A shared name reaches everybody on purpose, so this is about worlds without any.
        let world = without_shared_names(world);
        let merged = merged(&world);
        let engines = |origins: &mut dyn Iterator<Item = Origin>| -> BTreeSet<_> {
            origins.map(|origin| (origin.agent, origin.engine)).collect()
        };
        for (key, router) in merged.elements.iter() {
            if key.kind != Kind::Routers {
                continue;
            }
            let declare = engines(&mut router.origins());
            for reference in references(key.section, key.kind, &router.value()) {
                if let Some(target) = merged.target(&reference) {
                    let reached = engines(&mut target.servers.iter().map(|server| server.owner.origin()));
                    prop_assert!(reached.is_subset(&declare), "{:?}", router);
                }
            }
        }
    }
}

fn merged(world: &World) -> Merged {
    merge(&agents(world), &policy())
}

fn agents(world: &World) -> Vec<AgentRoutes> {
    let agents = world.iter();
    let agents = agents.map(|(name, hold, set)| AgentRoutes::new(name, set).with_hold(*hold));
    agents.collect()
}

fn policy() -> Policy {
    Policy {
        precedence: vec!["b".to_owned(), "nobody".to_owned()],
        ..Policy::default()
    }
}

/// The routes of the first container of some host, as a file in which nothing is implicit.
fn local_file(world: &World) -> Option<AgentRoutes> {
    let mut engines = world.iter().flat_map(|(_, _, set)| &set.engines);
    let mut file = engines
        .find_map(|engine| engine.containers.first())?
        .clone();
    file.stopping = false;
    for element in &mut file.elements {
        element.implicit = false;
    }
    let engine = Engine {
        containers: vec![file],
        ..Engine::default()
    };
    Some(AgentRoutes::of_local_file(&engine, TraefikVersion::NEWEST))
}

/// Takes the servers out of a service's body.
fn servers(body: &mut Value) -> Vec<Value> {
    let servers = body.pointer_mut("/loadBalancer/servers").map(Value::take);
    let servers = servers.as_ref().and_then(Value::as_array);
    servers.cloned().unwrap_or_default()
}

fn elements(merged: &Merged) -> impl Iterator<Item = Element> {
    merged.elements.iter().map(|(key, element)| Element {
        section: key.section,
        kind: key.kind,
        name: key.name.clone(),
        body: element.value(),
        implicit: element.implicit,
    })
}

fn as_routes(merged: &Merged) -> RouteSet {
    let container = Container {
        elements: elements(merged).collect(),
        ..Container::default()
    };
    let engine = Engine {
        containers: vec![container],
        ..Engine::default()
    };
    RouteSet {
        engines: vec![engine],
    }
}

fn routers(world: &World) -> Vec<(String, String, String, Element)> {
    let mut all = Vec::new();
    for (agent, _, set) in world {
        for engine in &set.engines {
            for container in &engine.containers {
                let routers = container
                    .elements
                    .iter()
                    .filter(|one| one.kind == Kind::Routers);
                all.extend(routers.map(|router| {
                    let (engine, container) = (engine.endpoint.clone(), container.name.clone());
                    (agent.clone(), engine, container, router.clone())
                }));
            }
        }
    }
    all
}

fn count(router: &Value) -> usize {
    router
        .get("middlewares")
        .and_then(Value::as_array)
        .map_or(0, Vec::len)
}

/// A router's rule in its normal form, or as it is written if it is not valid.
fn rule(section: Section, body: &Value) -> Option<String> {
    let normal = of_router(section, body).map(|rule| rule.normal().to_string());
    normal.or_else(|| Some(body.get("rule")?.as_str()?.to_owned()))
}
