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
    // Else it would measure how fast labels are refused.
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

/// The way of a container's labels, as the agent and then the hub go it.
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
    let mut labels = vec![
        ("traefik.enable".to_owned(), "true".to_owned()),
        ("maintainer".to_owned(), "somebody@example.com".to_owned()),
        (
            "org.opencontainers.image.title".to_owned(),
            "app".to_owned(),
        ),
    ];
    let mut add = |key: &str, value: &str| {
        let fill = |text: &str| text.replace('%', &name);
        labels.push((format!("traefik.{}", fill(key)), fill(value)));
    };
    match number % 10 {
        0..4 => add("http.routers.%.rule", "Host(`%.example.com`)"),
        4..7 => {
            add("http.routers.%.rule", "Host(`%.example.com`)");
            add("http.routers.%.entrypoints", "websecure");
            add("http.routers.%.tls.certresolver", "letsencrypt");
            add("http.routers.%.middlewares", "%-headers,%-auth@docker");
            add("http.services.%.loadbalancer.server.port", "8080");
            add("http.services.%.loadbalancer.healthcheck.path", "/health");
            add("http.services.%.loadbalancer.healthcheck.interval", "10s");
            add(
                "http.middlewares.%-auth.basicauth.users",
                "a:$apr1$x,b:$apr1$y",
            );
            add("http.middlewares.%-headers.headers.stsseconds", "31536000");
            add("http.middlewares.%-headers.headers.framedeny", "true");
            add(
                "http.middlewares.%-headers.headers.customrequestheaders.X-Forwarded-Proto",
                "https",
            );
        }
        7..9 => {
            add("docker.network", "proxy");
            add(
                "http.routers.%.rule",
                "Host(`%.example.com`) && PathPrefix(`/`)",
            );
            add("http.routers.%.service", "%");
            add(
                "http.routers.%-api.rule",
                "Host(`%.example.com`) && PathPrefix(`/api`)",
            );
            add("http.routers.%-api.service", "%-api");
            add("http.routers.%-api.middlewares", "%-strip,%-limit");
            add("http.routers.%-api.priority", "100");
            add("http.routers.%-secure.rule", "Host(`%.example.com`)");
            add("http.routers.%-secure.service", "%");
            add("http.routers.%-secure.tls", "true");
            add("http.routers.%-secure.tls.domains[0].main", "example.com");
            add("http.routers.%-secure.tls.domains[0].sans", "*.example.com");
            add("http.services.%.loadbalancer.server.port", "80");
            add("http.services.%.loadbalancer.sticky.cookie.name", "lb");
            add("http.services.%-api.loadbalancer.server.port", "8081");
            add("http.services.%-api.loadbalancer.server.scheme", "h2c");
            add("http.middlewares.%-strip.stripprefix.prefixes", "/api");
            add("http.middlewares.%-limit.ratelimit.average", "100");
            add("http.middlewares.%-limit.ratelimit.period", "1m");
        }
        _ => {
            add("tcp.routers.%.rule", "HostSNI(`%.example.com`)");
            add("tcp.routers.%.entrypoints", "postgres");
            add("tcp.routers.%.tls.passthrough", "true");
            add("tcp.services.%.loadbalancer.server.port", "5432");
            add("udp.routers.%.entrypoints", "dns");
            add("udp.services.%.loadbalancer.server.port", "53");
        }
    }
    let compose = number.is_multiple_of(2);
    Container {
        project: compose.then(|| format!("project-{}", number / 10)),
        service: compose.then(|| name.clone()),
        labels: labels.into_iter().collect(),
        name,
    }
}

criterion_group!(benches, speed);
criterion_main!(benches);
