//! What one change costs: 10,000 routers with their services and middlewares, told by 100 agents
//! or by 1,000, the time to the new `/config` out.

#![allow(
    missing_docs,
    reason = "criterion's macros write functions without any"
)]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use serde_json::json;
use tether::compile::AgentRoutes;
use tether::merge::{Policy, merge};
use tether::publish::to_json;
use tether_proto::{Container, Engine, RouteSet};
use traefik_config::{Element, Kind, Section};

const ROUTERS: usize = 10_000;

fn speed(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("10000 routers");
    group.sample_size(20);
    for agents in [100, 1_000] {
        let of = |stage| BenchmarkId::new(stage, format!("{agents} agents"));
        let sets: Vec<RouteSet> = (0..agents).map(|at| host(at, ROUTERS / agents)).collect();
        let read = |at: usize| AgentRoutes::new(format!("host-{at}"), &sets[at]);
        let words: Vec<AgentRoutes> = (0..agents).map(read).collect();
        let merged = merge(&words, &Policy::default());
        assert!(merged.elements.len() > ROUTERS, "{}", merged.elements.len());
        group.bench_function(of("one agent's word"), |bench| {
            bench.iter(|| black_box(read(0)));
        });
        group.bench_function(of("merge"), |bench| {
            bench.iter(|| black_box(merge(&words, &Policy::default())));
        });
        group.bench_function(of("JSON"), |bench| {
            bench.iter(|| black_box(to_json(&merged)));
        });
    }
    group.finish();
}

/// Half of a host's containers are its own, half are on ten hosts; a few names collide.
fn host(at: usize, containers: usize) -> RouteSet {
    let containers = (0..containers).map(|number| {
        let name = match number % 2 {
            0 => format!("app-{at}-{number}"),
            _ => format!("app-{}-{number}", at / 10),
        };
        let element = |kind, name: &str, body| Element {
            section: Section::Http,
            kind,
            name: name.to_owned(),
            body,
            implicit: false,
        };
        let router = json!({
            "rule": format!("Host(`{name}.example.com`)"),
            "entryPoints": ["websecure"],
            "middlewares": [format!("auth-{number}")],
            "tls": { "certResolver": "le" },
            "service": name,
        });
        let url = format!("http://10.{}.{}.1:{}", at / 250, at % 250, 32_768 + number);
        let service = json!({ "loadBalancer": { "servers": [{ "url": url }] } });
        let users = match number {
            7 => format!("user-{at}:x"),
            _ => "user:x".to_owned(),
        };
        let auth = json!({ "basicAuth": { "users": [users] } });
        Container {
            id: format!("{number:064x}"),
            elements: vec![
                element(Kind::Routers, &name, router),
                element(Kind::Services, &name, service),
                element(Kind::Middlewares, &format!("auth-{number}"), auth),
            ],
            name,
            ..Container::default()
        }
    });
    RouteSet {
        engines: vec![Engine {
            endpoint: "unix:///var/run/docker.sock".to_owned(),
            listed: true,
            containers: containers.collect(),
            ..Engine::default()
        }],
    }
}

criterion_group!(benches, speed);
criterion_main!(benches);
