use serde_json::json;

use super::*;

#[test]
fn the_version_of_traefik_is_read() {
    let body = r#"{"Version":"3.7.15","Codename":"langres","startDate":"2026-11-26T06:35:56Z"}"#;
    let version = version(body.as_bytes()).unwrap();
    assert_eq!(version.version, "3.7.15");
    assert_eq!(version.started, "2026-11-26T06:35:56Z");
}

#[test]
fn another_program_is_no_traefik() {
    let long = json!({ "Version": "3".repeat(5000) }).to_string();
    for body in ["", "<html>", "[]", "{}", r#"{"Version":3}"#, "null", &long] {
        assert_eq!(version(body.as_bytes()), None, "{body}");
    }
}

#[test]
fn entry_points_have_ports_tls_and_defaults() {
    let body = json!([
        { "name": "traefik", "address": "127.0.0.1:8080" },
        { "name": "udp", "address": ":53/udp" },
        { "name": "web", "address": "[::]:80", "http": {} },
        { "name": "websecure", "address": ":443/tcp", "http": { "tls": { "certResolver": "le" } } },
        { "name": "plain", "address": ":8443", "http": { "tls": {} } },
        { "name": "named", "address": ":9443", "http": { "tls": { "options": "x@file" } } },
        { "name": "odd" },
        "garbage",
    ]);
    let points = entry_points(body.to_string().as_bytes()).unwrap();
    let points: Vec<_> = points
        .iter()
        .map(|point| {
            let EntryPoint {
                name,
                port,
                udp,
                tls,
                router_tls,
                default,
            } = point;
            let tls = tls.then(|| router_tls.as_deref().unwrap_or("with options"));
            (name.as_str(), *port, *udp, tls, *default)
        })
        .collect();
    assert_eq!(
        points,
        [
            ("traefik", Some(8080), false, None, false),
            ("udp", Some(53), true, None, false),
            ("web", Some(80), false, None, true),
            (
                "websecure",
                Some(443),
                false,
                Some(r#"{"certResolver":"le"}"#),
                true
            ),
            ("plain", Some(8443), false, Some("{}"), true),
            ("named", Some(9443), false, Some("with options"), true),
            ("odd", None, false, None, true),
        ]
    );
}

#[test]
fn an_entry_point_that_is_a_default_makes_it_of_no_other() {
    let body = json!([
        { "name": "web", "address": ":80" },
        { "name": "websecure", "address": ":443", "asDefault": true },
    ]);
    let points = entry_points(body.to_string().as_bytes()).unwrap();
    let default: Vec<bool> = points.iter().map(|point| point.default).collect();
    assert_eq!(default, [false, true]);
}

#[test]
fn elements_of_other_providers_are_left_out() {
    let body = json!({
        "routers": { "a@http": { "rule": "x" }, "a@docker": {}, "api@internal": {}, "b": {}, "f@file": {} },
        "services": { "a@http": {}, "a@b@http": {} },
        "middlewares": null,
        "tcpRouters": { "t@http": {} },
        "udpServices": { "u@http": {} },
        "somethingNew": [1, 2],
    });
    let decoded = elements(body.to_string().as_bytes()).unwrap();
    let files: Vec<String> = decoded.files.iter().map(ToString::to_string).collect();
    assert_eq!(files, ["http router `f`"]);
    let names: Vec<String> = decoded
        .elements
        .keys()
        .map(|key| format!("{}.{}.{}", key.section, key.kind, key.name))
        .collect();
    assert_eq!(
        names,
        [
            "http.routers.a",
            "http.services.a",
            "http.services.a@b",
            "tcp.routers.t",
            "udp.services.u",
        ]
    );
}

#[test]
fn an_answer_of_another_form_has_no_elements() {
    for body in [
        "",
        "[",
        "[]x",
        "3",
        r#"{"routers":[]}"#,
        r#"{"routers":{"a@http":}}"#,
    ] {
        assert!(elements(body.as_bytes()).is_none(), "{body}");
    }
    let decoded = elements(b"{}").unwrap();
    assert!(decoded.elements.is_empty() && decoded.files.is_empty());
}
