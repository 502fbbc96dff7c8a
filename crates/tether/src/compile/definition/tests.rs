use serde_json::json;
use traefik_config::references::references;

use super::*;

fn write(section: Section, kind: Kind, body: &Value, names: &[&str], servers: &[&str]) -> Value {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    assert_eq!(references(section, kind, body).len(), names.len());
    let text = Definition::of(section, kind, body.clone()).write(&names, servers);
    serde_json::from_str(&text).unwrap()
}

#[test]
fn names_go_where_they_were_in_the_order_of_the_references() {
    let body = json!({
        "rule": "Host(`a`)", "service": "s", "middlewares": ["one", "two"],
        "tls": { "options": "o", "certResolver": "le" }, "parentRefs": ["p"],
    });
    let now = write(
        Section::Http,
        Kind::Routers,
        &body,
        &["1", "2", "\"q", "4", "5"],
        &[],
    );
    assert_eq!(
        now,
        json!({
            "rule": "Host(`a`)", "service": "4", "middlewares": ["1", "2"],
            "tls": { "options": "5", "certResolver": "le" }, "parentRefs": ["\"q"],
        })
    );
}

#[test]
fn a_load_balancer_gets_its_servers_and_no_other_service_does() {
    let body = json!({ "loadBalancer": { "passHostHeader": false, "servers": ["old"] } });
    let servers = [r#"{"url":"http://a"}"#, r#"{"url":"http://b"}"#];
    let now = write(Section::Http, Kind::Services, &body, &[], &servers);
    let servers = json!([{ "url": "http://a" }, { "url": "http://b" }]);
    assert_eq!(
        now,
        json!({ "loadBalancer": { "passHostHeader": false, "servers": servers } })
    );
    let body = json!({ "weighted": { "services": [{ "name": "x", "weight": 1 }] } });
    let now = write(Section::Http, Kind::Services, &body, &["y"], &["{}"]);
    assert_eq!(
        now,
        json!({ "weighted": { "services": [{ "name": "y", "weight": 1 }] } })
    );
}

#[test]
fn no_text_of_a_user_is_taken_for_a_gap() {
    let body = json!({ "rule": "Host(`@0:0@0:`)", "service": "@0:1@1:", "@2:": "\"@0:\"" });
    let now = write(Section::Http, Kind::Routers, &body, &["@0:0@0:"], &[]);
    assert_eq!(
        now,
        json!({ "rule": "Host(`@0:0@0:`)", "service": "@0:0@0:", "@2:": "\"@0:\"" })
    );
}
