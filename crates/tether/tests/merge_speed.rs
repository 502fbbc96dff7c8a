//! How long a full pass takes: 10,000 routers of 100 agents, each with a service and a middleware.
//!
//! `cargo test --release -p tether --test merge_speed -- --ignored --nocapture`

use std::time::{Duration, Instant};

use serde_json::json;
use tether::document::{document, to_json};
use tether::merge::{AgentRoutes, Policy, merge};
use traefik_config::{Container, Element, Engine, Kind, RouteSet, Section};

const AGENTS: usize = 100;
const ROUTERS: usize = 100;
const ROUNDS: usize = 20;

/// Far more than any machine needs, far less than anybody would wait.
const LIMIT: Duration = Duration::from_secs(2);

#[test]
#[ignore = "a measurement; it means something in a release build only"]
fn a_full_pass() {
    let sets: Vec<RouteSet> = (0..AGENTS).map(host).collect();
    let (read, agents) = best(|| {
        let words = sets.iter().enumerate();
        words
            .map(|(at, set)| AgentRoutes::new(format!("host-{at}"), set))
            .collect::<Vec<_>>()
    });
    let (merging, merged) = best(|| merge(&agents, &Policy::default()));
    let (writing, json) = best(|| to_json(&document(&merged)));
    println!(
        "{} elements, {} problems, {} kB; once per push: all {AGENTS} agents {read:?}; \
         per change: merge {merging:?}, JSON {writing:?}",
        merged.elements.len(),
        merged.problems.len(),
        json.len() / 1000,
    );
    assert!(merging < LIMIT);
}

fn best<T>(work: impl Fn() -> T) -> (Duration, T) {
    let rounds = (0..ROUNDS).map(|_| {
        let start = Instant::now();
        let done = work();
        (start.elapsed(), done)
    });
    rounds
        .min_by_key(|round| round.0)
        .expect("there are rounds")
}

/// Half of a host's containers are its own, half are on ten hosts; a few names collide.
fn host(at: usize) -> RouteSet {
    let containers = (0..ROUTERS).map(|number| {
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
        let url = format!("http://10.0.{at}.1:{}", 32_768 + number);
        let service = json!({ "loadBalancer": { "servers": [{ "url": url }] } });
        let users = if number == 7 {
            format!("user-{at}:x")
        } else {
            "user:x".to_owned()
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
    let engine = Engine {
        endpoint: "unix:///var/run/docker.sock".to_owned(),
        listed: true,
        containers: containers.collect(),
        ..Engine::default()
    };
    RouteSet {
        engines: vec![engine],
    }
}
