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
