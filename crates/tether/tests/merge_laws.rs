//! What holds of every merge, whatever some hosts say: random hosts in, laws checked.
//!
//! Few names for many elements, so that everything collides with everything.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use tether::document::{document, to_json, to_yaml};
use tether::merge::{AgentRoutes, Hold, Merged, Policy, merge};
use traefik_config::references::references;
use traefik_config::validate::validate;
use traefik_config::{Code, Container, Element, Engine, Kind, Origin, RouteSet, Section, Severity};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn order_makes_no_difference((world, other) in hosts().prop_flat_map(shuffled)) {
        let (one, other) = (merged(&world), merged(&other));
        prop_assert_eq!(to_json(&document(&one)), to_json(&document(&other)));
        prop_assert_eq!(to_yaml(&document(&one)), to_yaml(&document(&other)));
        prop_assert_eq!(one, other);
    }

    #[test]
    fn a_merge_of_a_merge_is_the_same(world in hosts()) {
        let once = merged(&world);
        let again = merge(&[AgentRoutes::new("all", &as_routes(&once))], &Policy::default());
        prop_assert_eq!(to_json(&document(&once)), to_json(&document(&again)));
        prop_assert_eq!(again.problems, vec![]);
    }

    #[test]
    fn traefik_takes_what_comes_out(world in hosts()) {
        let merged = merged(&world);
        for element in elements(&merged) {
            prop_assert_eq!(validate(&element), Ok(()));
        }
        let json: Value = serde_json::from_slice(&to_json(&document(&merged))).unwrap();
        let yaml: Value = serde_yaml_ng::from_slice(&to_yaml(&document(&merged))).unwrap();
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
                label: None,
            };
            let lost = merged.problems.iter().any(|problem| {
                problem.origin == origin
                    && problem.severity == Severity::Error
                    && problem.code != Code::UnresolvedReference
            });
            let found = merged.elements.iter().any(|((section, kind, _), element)| {
                (*section, *kind) == (router.section, router.kind)
                    && element.body.get("rule") == router.body.get("rule")
                    && count(&element.body) == count(&router.body)
                    && element.origins.contains(&origin)
            });
            prop_assert!(lost || found, "{:?} of {:?}", router, origin);
        }
    }

    #[test]
    fn a_router_reaches_no_engine_that_does_not_declare_it(world in hosts()) {
        // A shared name reaches everybody on purpose, so this is about worlds without any.
        let world = without_shared_names(world);
        let merged = merged(&world);
        let engines = |origins: &mut dyn Iterator<Item = &Origin>| -> BTreeSet<_> {
            origins.map(|origin| (origin.agent.clone(), origin.engine.clone())).collect()
        };
        for ((section, kind, _), router) in &merged.elements {
            if *kind != Kind::Routers {
                continue;
            }
            let declare = engines(&mut router.origins.iter());
            for reference in references(*section, *kind, &router.body) {
                if let Some(target) = merged.target(&reference) {
                    let reached = engines(&mut target.servers.iter().map(|server| &server.origin));
                    prop_assert!(reached.is_subset(&declare), "{:?}", router);
                }
            }
        }
    }
}

type World = Vec<(String, Hold, RouteSet)>;

fn merged(world: &World) -> Merged {
    let agents = world.iter();
    let agents = agents.map(|(name, hold, set)| AgentRoutes::new(name, set).with_hold(*hold));
    let policy = Policy { precedence: vec!["b".to_owned(), "nobody".to_owned()] };
    merge(&agents.collect::<Vec<_>>(), &policy)
}

fn elements(merged: &Merged) -> impl Iterator<Item = Element> {
    merged.elements.iter().map(|((section, kind, name), element)| Element {
        section: *section,
        kind: *kind,
        name: name.clone(),
        body: element.body.clone(),
        implicit: element.implicit,
    })
}

fn as_routes(merged: &Merged) -> RouteSet {
    let container = Container { elements: elements(merged).collect(), ..Container::default() };
    let engine = Engine { containers: vec![container], ..Engine::default() };
    RouteSet { engines: vec![engine] }
}

fn routers(world: &World) -> Vec<(String, String, String, Element)> {
    let mut all = Vec::new();
    for (agent, _, set) in world {
        for engine in &set.engines {
            for container in &engine.containers {
                let routers = container.elements.iter().filter(|one| one.kind == Kind::Routers);
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
    router.get("middlewares").and_then(Value::as_array).map_or(0, Vec::len)
}

fn without_shared_names(world: World) -> World {
    let text = serde_json::to_string(&world.iter().map(|host| &host.2).collect::<Vec<_>>()).unwrap();
    let sets: Vec<RouteSet> = serde_json::from_str(&text.replace("@http\"", "\"")).unwrap();
    let hosts = world.into_iter().zip(sets);
    hosts.map(|((name, hold, _), set)| (name, hold, set)).collect()
}

fn shuffled(world: World) -> impl Strategy<Value = (World, World)> {
    let other = Just(world.clone()).prop_shuffle().prop_perturb(|mut world, mut random| {
        let mut swap = |length: usize| match length {
            0 => (0, 0),
            _ => (random.random_range(0..length), random.random_range(0..length)),
        };
        for (_, _, set) in &mut world {
            let (one, other) = swap(set.engines.len());
            if one != other {
                set.engines.swap(one, other);
            }
            for engine in &mut set.engines {
                for _ in 0..engine.containers.len() {
                    let (one, other) = swap(engine.containers.len());
                    engine.containers.swap(one, other);
                }
                for container in &mut engine.containers {
                    container.elements.reverse();
                }
            }
        }
        world
    });
    (Just(world), other)
}

fn hosts() -> impl Strategy<Value = World> {
    let names = proptest::sample::subsequence(vec!["a", "b", "c/ü"], 0..=3);
    names.prop_flat_map(|names| {
        let hosts = names.into_iter().map(|name| {
            let hold = select(vec![Hold::Live, Hold::Live, Hold::Held, Hold::Settled]);
            let engines = prop_oneof![3 => Just(1), 1 => Just(2)].prop_flat_map(|count| {
                (0..count).map(|at| engine(format!("unix:///{at}"))).collect::<Vec<_>>()
            });
            let set = engines.prop_map(|engines| RouteSet { engines });
            (Just(name.to_owned()), hold, set)
        });
        hosts.collect::<Vec<_>>()
    })
}

fn engine(endpoint: String) -> impl Strategy<Value = Engine> {
    proptest::collection::vec(container(), 0..4).prop_map(move |mut containers| {
        for (at, container) in containers.iter_mut().enumerate() {
            container.id = format!("{at}");
            container.name = format!("c{at}");
        }
        Engine { endpoint: endpoint.clone(), listed: true, containers, ..Engine::default() }
    })
}

fn container() -> impl Strategy<Value = Container> {
    let service = proptest::option::of(select(vec!["one".to_owned(), "two".to_owned()]));
    let elements = proptest::collection::vec(element(), 0..6);
    (service, elements, 0..3_i64, any::<bool>()).prop_map(|(service, elements, created, stopping)| {
        let mut keys = BTreeSet::new();
        Container {
            project: service.as_ref().map(|_| "project".to_owned()),
            service,
            created,
            stopping,
            elements: elements.into_iter().filter(|element| keys.insert(element.key())).collect(),
            ..Container::default()
        }
    })
}

fn name() -> impl Strategy<Value = String> {
    // The last one has no room for a suffix.
    let names = ["x", "x", "y", "y", "z", "x-a", "a@b", "é ü"].map(str::to_owned);
    select([names.to_vec(), vec!["n".repeat(256)]].concat())
}

fn reference() -> impl Strategy<Value = String> {
    let providers = ["", "", "", "@docker", "@http", "@file"];
    (name(), select(providers.to_vec())).prop_map(|(name, provider)| match (&*name, provider) {
        ("a@b", "") => "a@b@docker".to_owned(),
        _ => format!("{name}{provider}"),
    })
}

fn element() -> impl Strategy<Value = Element> {
    prop_oneof![
        4 => router(),
        4 => service(),
        3 => middleware(),
        1 => stream(),
        1 => Just((Section::Http, Kind::Middlewares, json!({ "addPrefix": { "prefxi": 1 } }))),
    ]
    .prop_flat_map(|(section, kind, body)| {
        (name(), any::<bool>()).prop_map(move |(name, implicit)| Element {
            section,
            kind,
            name,
            body: body.clone(),
            implicit: implicit && matches!(kind, Kind::Routers | Kind::Services),
        })
    })
}

type Part = (Section, Kind, Value);

fn router() -> impl Strategy<Value = Part> {
    let middlewares = proptest::collection::vec(reference(), 0..3);
    (select(vec!["Host(`a`)", "Host(`b`)"]), reference(), middlewares).prop_map(
        |(rule, service, middlewares)| {
            let body = json!({ "rule": rule, "service": service, "middlewares": middlewares });
            (Section::Http, Kind::Routers, body)
        },
    )
}

fn service() -> impl Strategy<Value = Part> {
    let host = select(vec!["http://10.0.0.1", "http://10.0.0.2", "http://[::1]:80"]);
    let servers = proptest::collection::vec(host.prop_map(|url| json!({ "url": url })), 0..3);
    let balancer = (servers, proptest::option::of(any::<bool>()));
    prop_oneof![
        4 => balancer.prop_map(|(servers, pass)| match pass {
            None => json!({ "loadBalancer": { "servers": servers } }),
            Some(pass) => json!({ "loadBalancer": { "servers": servers, "passHostHeader": pass } }),
        }),
        1 => (reference(), 0..2).prop_map(|(name, weight)| {
            json!({ "weighted": { "services": [{ "name": name, "weight": weight }] } })
        }),
        1 => (reference(), reference()).prop_map(|(service, fallback)| {
            json!({ "failover": { "service": service, "fallback": fallback } })
        }),
    ]
    .prop_map(|body| (Section::Http, Kind::Services, body))
}

fn middleware() -> impl Strategy<Value = Part> {
    prop_oneof![
        select(vec!["/a", "/b"]).prop_map(|prefix| json!({ "addPrefix": { "prefix": prefix } })),
        reference().prop_map(|name| json!({ "chain": { "middlewares": [name] } })),
        reference().prop_map(|name| json!({ "errors": { "status": ["500"], "service": name } })),
    ]
    .prop_map(|body| (Section::Http, Kind::Middlewares, body))
}

fn stream() -> impl Strategy<Value = Part> {
    let servers = json!({ "loadBalancer": { "servers": [{ "address": "10.0.0.1:53" }] } });
    let of = |section| {
        let servers = servers.clone();
        reference().prop_flat_map(move |service| {
            let router = match section {
                Section::Tcp => json!({ "rule": "HostSNI(`*`)", "service": service }),
                _ => json!({ "service": service }),
            };
            select(vec![
                (section, Kind::Routers, router),
                (section, Kind::Services, servers.clone()),
            ])
        })
    };
    prop_oneof![of(Section::Tcp), of(Section::Udp)]
}
