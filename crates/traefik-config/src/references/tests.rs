use serde_json::json;

use super::*;
use crate::Element;
use crate::validate::validate;

#[test]
fn every_place_is_one_that_traefik_has() {
    for ((section, kind), path, _) in PLACES {
        let body = path
            .iter()
            .rev()
            .fold(json!("x"), |inner, part| match *part {
                ITEMS => json!([inner]),
                field => json!({ field: inner }),
            });
        let mut element = Element {
            section: *section,
            kind: *kind,
            name: "some".to_owned(),
            body: body.clone(),
            implicit: false,
        };
        if path[0] == "middlewares" && *kind == Kind::Services {
            element.body["loadBalancer"] = json!({ "servers": [] });
        }
        assert_eq!(validate(&element), Ok(()), "{path:?}");
        let names = references(*section, *kind, &body);
        assert!(names.iter().any(|one| one.name == "x"), "{path:?}");
    }
}

#[test]
fn names_are_rewritten_in_the_order_in_which_they_are_read() {
    let mut body = json!({
        "rule": "Host(`x`)",
        "service": "app",
        "middlewares": ["one", "", "two@http"],
        "tls": { "options": "modern" },
    });
    let read = references(Section::Http, Kind::Routers, &body);
    let names: Vec<&str> = read.iter().map(|one| &*one.name).collect();
    assert_eq!(names, ["one", "two@http", "app", "modern"]);
    let mut seen = Vec::new();
    map_references(Section::Http, Kind::Routers, &mut body, |reference| {
        let name = format!("{}!", reference.name);
        seen.push(reference);
        name
    });
    assert_eq!(seen, read);
    assert_eq!(
        body,
        json!({
            "rule": "Host(`x`)",
            "service": "app!",
            "middlewares": ["one!", "", "two@http!"],
            "tls": { "options": "modern!" },
        })
    );
}

#[test]
fn a_body_of_any_form_is_read() {
    for body in [
        json!(null),
        json!([]),
        json!({ "tls": true, "middlewares": { "x": 1 } }),
    ] {
        assert_eq!(references(Section::Http, Kind::Routers, &body), []);
    }
}

#[test]
fn a_service_can_do_without_members_and_copies() {
    let all = |section, body| usages(section, Kind::Services, &body);
    let usage = |role, checked| Usage { role, checked };
    let failover = json!({ "failover": { "service": "a", "fallback": "b" } });
    assert_eq!(
        all(Section::Http, failover),
        [usage(Role::Member, false), usage(Role::Member, true)],
        "the fallback comes first"
    );
    let errors = json!({
        "failover": { "service": "a", "fallback": "b", "errors": { "status": ["500"] } },
    });
    assert_eq!(all(Section::Http, errors), [usage(Role::Member, false); 2]);
    let mirroring = json!({
        "mirroring": { "service": "a", "mirrors": [{ "name": "b" }], "healthCheck": {} },
    });
    assert_eq!(
        all(Section::Http, mirroring),
        [usage(Role::Copy, false), usage(Role::Needed, false)]
    );
    let weighted = json!({ "weighted": { "services": [{ "name": "a" }], "healthCheck": {} } });
    for section in [Section::Http, Section::Tcp] {
        let found = all(section, weighted.clone());
        assert_eq!(found, [usage(Role::Member, true)], "{section}");
    }
    let router = json!({ "service": "a", "middlewares": ["b"] });
    let found = usages(Section::Http, Kind::Routers, &router);
    assert_eq!(found, [usage(Role::Needed, false); 2]);
}
