//! Random hosts, with few names for many elements, so that everything collides with everything.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use tether::compile::Hold;
use tether_proto::{Container, Engine, RouteSet};
use traefik_config::{Element, Kind, Section};

/// Agents, each with whether it is heard and its last word.
pub(crate) type World = Vec<(String, Hold, RouteSet)>;

/// The same hosts, each referring to its own elements only.
pub(crate) fn without_shared_names(world: World) -> World {
    let text = serde_json::to_string(&world.iter().map(|host| &host.2).collect::<Vec<_>>())
        .expect("route sets have a JSON form");
    let sets: Vec<RouteSet> =
        serde_json::from_str(&text.replace("@http\"", "\"")).expect("only names were changed");
    let hosts = world.into_iter().zip(sets);
    hosts
        .map(|((name, hold, _), set)| (name, hold, set))
        .collect()
}

/// Some hosts, and the same ones in another order.
pub(crate) fn shuffled(world: World) -> impl Strategy<Value = (World, World)> {
    let other = Just(world.clone())
        .prop_shuffle()
        .prop_perturb(|mut world, mut random| {
            let mut swap = |length: usize| match length {
                0 => (0, 0),
                _ => (
                    random.random_range(0..length),
                    random.random_range(0..length),
                ),
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

/// Some hosts.
pub(crate) fn hosts() -> impl Strategy<Value = World> {
    let names = proptest::sample::subsequence(vec!["a", "b", "c/ü"], 0..=3);
    names.prop_flat_map(|names| {
        let hosts = names.into_iter().map(|name| {
            let hold = select(vec![Hold::Live, Hold::Live, Hold::Held, Hold::Settled]);
            let engines = prop_oneof![3 => Just(1), 1 => Just(2)].prop_flat_map(|count| {
                (0..count)
                    .map(|at| engine(format!("unix:///{at}")))
                    .collect::<Vec<_>>()
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
        Engine {
            endpoint: endpoint.clone(),
            listed: true,
            containers,
            ..Engine::default()
        }
    })
}

fn container() -> impl Strategy<Value = Container> {
    let service = proptest::option::of(select(vec!["one".to_owned(), "two".to_owned()]));
    let elements = proptest::collection::vec(element(), 0..6);
    (service, elements, 0..3_i64, any::<bool>()).prop_map(
        |(service, elements, created, stopping)| {
            let mut keys = BTreeSet::new();
            Container {
                project: service.as_ref().map(|_| "project".to_owned()),
                service,
                created,
                stopping,
                elements: elements
                    .into_iter()
                    .filter(|element| keys.insert(element.key()))
                    .collect(),
                ..Container::default()
            }
        },
    )
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
        1 => store(),
        1 => Just((Section::Http, Kind::Middlewares, json!({ "addPrefix": { "prefxi": 1 } }))),
    ]
    .prop_flat_map(|(section, kind, body)| {
        (name(), any::<bool>()).prop_map(move |(name, implicit)| Element {
            section,
            kind,
            // Of stores there is one.
            name: if kind == Kind::Stores {
                "default".to_owned()
            } else {
                name
            },
            body: body.clone(),
            implicit: implicit && matches!(kind, Kind::Routers | Kind::Services),
        })
    })
}

type Part = (Section, Kind, Value);

fn router() -> impl Strategy<Value = Part> {
    let middlewares = proptest::collection::vec(reference(), 0..3);
    let entry_points = proptest::sample::subsequence(vec!["web", "websecure"], 0..=2);
    let tls = [json!({}), json!({ "options": "x@file" })];
    (
        select(vec!["Host(`a`)", "Host(`b`)", "Host( `b` )"]),
        reference(),
        middlewares,
        prop_oneof![3 => Just(vec![]), 1 => entry_points],
        prop_oneof![3 => Just(None), 1 => select(tls.to_vec()).prop_map(Some)],
    )
        .prop_map(|(rule, service, middlewares, entry_points, tls)| {
            let mut body = json!({
                "rule": rule,
                "service": service,
                "middlewares": middlewares,
                "entryPoints": entry_points,
            });
            if let Some(tls) = tls {
                body["tls"] = tls;
            }
            (Section::Http, Kind::Routers, body)
        })
}

fn service() -> impl Strategy<Value = Part> {
    let host = select(vec![
        "http://10.0.0.1",
        "http://10.0.0.2",
        "http://[::1]:80",
    ]);
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

fn store() -> impl Strategy<Value = Part> {
    select(vec!["one", "two"]).prop_map(|resolver| {
        let body = json!({ "defaultGeneratedCert": { "resolver": resolver } });
        (Section::Tls, Kind::Stores, body)
    })
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
