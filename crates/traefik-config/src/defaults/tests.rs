use serde_json::json;

use super::*;

#[track_caller]
fn check(kind: Kind, body: &Value, short: &Value) {
    check_for(TraefikVersion::NEWEST, kind, body, short);
}

#[track_caller]
fn check_for(version: TraefikVersion, kind: Kind, body: &Value, short: &Value) {
    assert_eq!(without_defaults(Section::Http, kind, body, version), *short);
}

#[test]
fn a_default_is_that_of_the_version() {
    let body = json!({ "compress": { "encodings": ["gzip", "br", "zstd"] } });
    check(Kind::Middlewares, &body, &json!({ "compress": {} }));
    check_for("3.2".parse().unwrap(), Kind::Middlewares, &body, &body);
}

#[test]
fn what_traefik_assumes_does_not_count() {
    check(
        Kind::Services,
        &json!({ "loadBalancer": {
            "passHostHeader": true,
            "strategy": "wrr",
            "responseForwarding": { "flushInterval": "100ms" },
            "serversTransport": "",
            "sticky": { "cookie": { "path": "/", "httpOnly": false } },
        }}),
        &json!({ "loadBalancer": { "sticky": { "cookie": {} } } }),
    );
    check(
        Kind::Services,
        &json!({ "weighted": { "services": [{ "name": "a", "weight": 1 }] } }),
        &json!({ "weighted": { "services": [{ "name": "a" }] } }),
    );
}

#[test]
fn what_is_said_stays() {
    for body in [
        json!({ "rule": "Path(`/`)", "tls": {} }),
        json!({ "rule": "Path(`/`)", "observability": { "metrics": false } }),
    ] {
        check(Kind::Routers, &body, &body);
    }
    for body in [
        json!({ "loadBalancer": { "passHostHeader": false } }),
        json!({ "weighted": { "services": [{ "name": "a", "weight": 0 }] } }),
    ] {
        check(Kind::Services, &body, &body);
    }
    let plugin = json!({ "plugin": { "mine": { "on": false } } });
    check(Kind::Middlewares, &plugin, &plugin);
}
