//! Decodes and links the labels of 1,000 typical containers, which should take less than 20 ms on
//! one core.

#![allow(
    missing_docs,
    reason = "criterion's macros write functions without any"
)]

use std::collections::BTreeMap;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde_json::json;
use traefik_config::link::{Context, link};
use traefik_config::{DefaultRule, Element, Kind, Section, labels, validate};

const CONTAINERS: usize = 1_000;

struct Container {
    name: String,
    project: Option<String>,
    service: Option<String>,
    labels: BTreeMap<String, String>,
}

fn speed(criterion: &mut Criterion) {
    let containers: Vec<Container> = (0..CONTAINERS).map(typical).collect();
    let elements: usize = containers.iter().map(|one| whole(one).len()).sum();
    // Otherwise it would measure how fast labels are rejected.
    assert!(elements > 2 * CONTAINERS, "{elements} elements");
    let mut group = criterion.benchmark_group("1000 containers");
    group.throughput(Throughput::Elements(CONTAINERS as u64));
    group.bench_function("decode", |bench| {
        bench.iter(|| {
            for container in &containers {
                black_box(labels::is_enabled(&container.labels, false).is_ok());
                black_box(labels::decode(&container.labels));
            }
        });
    });
    group.bench_function("decode, link, validate", |bench| {
        bench.iter(|| {
            for container in &containers {
                black_box(whole(container));
            }
        });
    });
    group.finish();
}

/// Processes a container's labels as the agent and then the hub do.
fn whole(container: &Container) -> Vec<Element> {
    assert_eq!(labels::is_enabled(&container.labels, false), Ok(true));
    let decoded = labels::decode(&container.labels);
    let context = Context {
        name: &container.name,
        project: container.project.as_deref(),
        service: container.service.as_deref(),
        labels: &container.labels,
        default_rule: &DefaultRule::default(),
    };
    let (mut elements, problems) = link(decoded.elements, &context);
    assert!(problems.is_empty(), "{problems:?}");
    elements.iter_mut().for_each(serve);
    let valid = elements.iter().map(validate::canonical);
    valid
        .map(|element| element.expect("all are valid"))
        .collect()
}

/// Sets the address, as the agent does once it knows it.
fn serve(element: &mut Element) {
    if element.kind != Kind::Services {
        return;
    }
    let field = match element.section {
        Section::Http => json!({ "url": "http://10.0.0.7:32768" }),
        _ => json!({ "address": "10.0.0.7:32768" }),
    };
    if let Some(server) = element.body.pointer_mut("/loadBalancer/servers/0") {
        *server = field;
    }
}

/// Of ten containers four are as in the README, three have a middleware and TLS, two several
/// routers, and one is no HTTP server.
fn typical(number: usize) -> Container {
    let name = format!("app-{number}");
    let of_kind = match number % 10 {
        0..4 => SIMPLE,
        4..7 => SECURED,
        7..9 => SEVERAL,
        _ => STREAMS,
    };
    let fill = |text: &str| text.replace('%', &name);
    let mut labels: BTreeMap<String, String> = of_kind
        .iter()
        .map(|(key, value)| (format!("traefik.{}", fill(key)), fill(value)))
        .collect();
    for (key, value) in EVERYWHERE {
        labels.insert((*key).to_owned(), (*value).to_owned());
    }
    let compose = number.is_multiple_of(2);
    Container {
        project: compose.then(|| format!("project-{}", number / 10)),
        service: compose.then(|| name.clone()),
        labels,
        name,
    }
}

/// The labels of every container.
const EVERYWHERE: &[(&str, &str)] = &[
    ("traefik.enable", "true"),
    ("maintainer", "somebody@example.com"),
    ("org.opencontainers.image.title", "app"),
];

// In the tables below `%` stands for the container's name, and `traefik.` is left out.

/// As in the README.
const SIMPLE: &[(&str, &str)] = &[("http.routers.%.rule", "Host(`%.example.com`)")];

/// With TLS and middlewares.
const SECURED: &[(&str, &str)] = &[
    ("http.routers.%.rule", "Host(`%.example.com`)"),
    ("http.routers.%.entrypoints", "websecure"),
    ("http.routers.%.tls.certresolver", "letsencrypt"),
    ("http.routers.%.middlewares", "%-headers,%-auth@docker"),
    ("http.services.%.loadbalancer.server.port", "8080"),
    ("http.services.%.loadbalancer.healthcheck.path", "/health"),
    ("http.services.%.loadbalancer.healthcheck.interval", "10s"),
    (
        "http.middlewares.%-auth.basicauth.users",
        "a:$apr1$x,b:$apr1$y",
    ),
    ("http.middlewares.%-headers.headers.stsseconds", "31536000"),
    ("http.middlewares.%-headers.headers.framedeny", "true"),
    (
        "http.middlewares.%-headers.headers.customrequestheaders.X-Forwarded-Proto",
        "https",
    ),
];

/// With several routers and services.
const SEVERAL: &[(&str, &str)] = &[
    ("docker.network", "proxy"),
    (
        "http.routers.%.rule",
        "Host(`%.example.com`) && PathPrefix(`/`)",
    ),
    ("http.routers.%.service", "%"),
    (
        "http.routers.%-api.rule",
        "Host(`%.example.com`) && PathPrefix(`/api`)",
    ),
    ("http.routers.%-api.service", "%-api"),
    ("http.routers.%-api.middlewares", "%-strip,%-limit"),
    ("http.routers.%-api.priority", "100"),
    ("http.routers.%-secure.rule", "Host(`%.example.com`)"),
    ("http.routers.%-secure.service", "%"),
    ("http.routers.%-secure.tls", "true"),
    ("http.routers.%-secure.tls.domains[0].main", "example.com"),
    ("http.routers.%-secure.tls.domains[0].sans", "*.example.com"),
    ("http.services.%.loadbalancer.server.port", "80"),
    ("http.services.%.loadbalancer.sticky.cookie.name", "lb"),
    ("http.services.%-api.loadbalancer.server.port", "8081"),
    ("http.services.%-api.loadbalancer.server.scheme", "h2c"),
    ("http.middlewares.%-strip.stripprefix.prefixes", "/api"),
    ("http.middlewares.%-limit.ratelimit.average", "100"),
    ("http.middlewares.%-limit.ratelimit.period", "1m"),
];

/// TCP and UDP.
const STREAMS: &[(&str, &str)] = &[
    ("tcp.routers.%.rule", "HostSNI(`%.example.com`)"),
    ("tcp.routers.%.entrypoints", "postgres"),
    ("tcp.routers.%.tls.passthrough", "true"),
    ("tcp.services.%.loadbalancer.server.port", "5432"),
    ("udp.routers.%.entrypoints", "dns"),
    ("udp.services.%.loadbalancer.server.port", "53"),
];

criterion_group!(benches, speed);
criterion_main!(benches);
