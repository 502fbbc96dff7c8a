use Match::{Different, Loose, Same};
use serde_json::json;

use super::*;

fn router(served: &Value, shown: &[Value], expected: Match) {
    let found = compare(Kind::Routers, served, shown);
    assert_eq!(found, expected, "{served} as {shown:?}");
}

fn service(served: &Value, shown: &Value, expected: Match) {
    let found = compare(Kind::Services, served, std::slice::from_ref(shown));
    assert_eq!(found, expected, "{served} as {shown}");
}

#[test]
fn a_router_is_the_same_with_traefiks_defaults() {
    let served = json!({
        "rule": "Host(`a`)", "service": "s", "entryPoints": ["web"],
        "middlewares": ["m", "n@file"], "tls": {},
    });
    let shown = json!({
        "rule": "Host(`a`)", "service": "s", "entryPoints": ["web"],
        "middlewares": ["m@http", "n@file"], "tls": { "options": "default" }, "priority": 9,
        "ruleSyntax": "default", "observability": { "metrics": true }, "status": "enabled",
    });
    router(&served, std::slice::from_ref(&shown), Same);
    for (field, value) in [
        ("rule", json!("Host(`b`)")),
        ("service", json!("other")),
        ("entryPoints", json!(["web", "websecure"])),
        ("middlewares", json!(["n@file", "m@http"])),
    ] {
        let mut other = shown.clone();
        other[field] = value;
        router(&served, &[other], Different);
    }
}

#[test]
fn a_router_without_entry_points_is_at_any() {
    let served = json!({ "rule": "Host(`a`)", "service": "s@http" });
    let shown = json!({ "rule": "Host(`a`)", "service": "s", "entryPoints": ["web", "x"] });
    router(&served, &[shown], Same);
}

#[test]
fn a_router_at_entry_points_with_settings_has_copies() {
    let served = json!({
        "rule": "Host(`a`)", "service": "s", "entryPoints": ["web", "websecure"],
        "middlewares": ["m"],
    });
    let copy = |point: &str, middlewares: Value| {
        json!({
            "rule": "Host(`a`)", "service": "s", "entryPoints": [point],
            "middlewares": middlewares,
        })
    };
    let web = copy("web", json!(["redirect@internal", "m@http"]));
    let secure = copy("websecure", json!(["m@http"]));
    router(&served, &[web.clone(), secure], Same);
    router(&served, &[web], Different);
}

#[test]
fn details_that_differ_may_be_another_form() {
    let served = json!({ "rule": "x", "service": "s", "priority": 7 });
    let with = |priority: u8| json!({ "rule": "x", "service": "s", "priority": priority });
    router(&served, &[with(7)], Same);
    router(&served, &[with(8)], Loose);
    let unset = json!({ "rule": "x", "service": "s", "priority": 0 });
    router(&unset, &[with(8)], Same);
}

#[test]
fn servers_identify_a_service() {
    let with = |servers: Value| json!({ "loadBalancer": { "servers": servers } });
    let one = with(json!([{ "url": "http://a" }, { "url": "http://b" }]));
    service(
        &one,
        &with(json!([{ "url": "http://a" }, { "url": "http://b" }])),
        Same,
    );
    service(&one, &with(json!([{ "url": "http://a" }])), Different);
    service(
        &one,
        &with(json!([{ "url": "http://a" }, { "url": "http://c" }])),
        Different,
    );
    service(&one, &json!({ "weighted": {} }), Different);
    service(&with(json!([])), &json!({ "loadBalancer": {} }), Same);
    let tcp = with(json!([{ "address": "a:1" }]));
    service(&tcp, &with(json!([{ "address": "a:2" }])), Different);
}

#[test]
fn durations_numbers_and_defaults_have_several_forms() {
    let balancer = |fields: Value| json!({ "loadBalancer": fields });
    let check = |served: Value, shown: Value, expected| {
        service(&balancer(served), &balancer(shown), expected);
    };
    check(json!({ "a": "90s" }), json!({ "a": "1m30s" }), Same);
    check(json!({ "a": 10 }), json!({ "a": "10s" }), Same);
    check(json!({ "a": "10" }), json!({ "a": "10s" }), Same);
    check(json!({ "a": "10" }), json!({ "a": 10 }), Same);
    check(json!({ "a": "true" }), json!({ "a": true }), Same);
    check(
        json!({ "a": false, "b": "", "c": {}, "d": "0s" }),
        json!({}),
        Same,
    );
    check(json!({ "a": false }), json!({ "a": true }), Loose);
    check(json!({ "a": "10s" }), json!({ "a": "11s" }), Loose);
    check(json!({ "a": "x" }), json!({}), Loose);
    check(json!({ "a": ["x"] }), json!({ "a": ["x", "y"] }), Loose);
    check(
        json!({ "sticky": { "cookie": {} } }),
        json!({ "sticky": { "cookie": { "name": "_1" } } }),
        Same,
    );
}

#[test]
fn the_type_of_a_middleware_may_be_written_in_any_case() {
    let served = json!({ "IPAllowList": { "sourceRange": ["10.0.0.0/8"] } });
    let shown = json!({ "ipAllowList": { "sourceRange": ["10.0.0.0/8"] }, "status": "enabled" });
    assert_eq!(compare(Kind::Middlewares, &served, &[shown]), Same);
}
