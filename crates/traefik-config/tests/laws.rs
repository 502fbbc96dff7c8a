//! Checks laws that hold for all labels and all bodies, with random ones along the schema.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "laws/encode.rs"]
mod encode;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};
use traefik_config::link::{self, Context};
use traefik_config::{
    Code, DefaultRule, Element, Kind, Problem, Section, TraefikVersion, labels, validate,
};

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        // About one in six random sets of labels is accepted.
        cases: ProptestConfig::default().cases.max(2048),
        ..ProptestConfig::default()
    })]

    /// No label map panics, and a rejected container has no elements.
    #[test]
    fn any_labels_are_read(labels in any_labels()) {
        let _ = labels::is_enabled(&labels, true);
        let decoded = labels::decode(&labels);
        prop_assert!(!decoded.is_rejected() || decoded.elements.is_empty());
        linked(&labels);
    }

    /// Traefik accepts what decoding and linking accept once it has its address, and it is already
    /// in Traefik's own form.
    #[test]
    fn accepted_labels_are_valid(labels in near_labels()) {
        for element in linked(&labels).iter().map(resolved) {
            prop_assert_eq!(validate::validate(&element), Ok(()));
            prop_assert_eq!(validate::canonical(&element), Ok(element));
        }
    }

    /// Decoded elements that are written as labels and decoded again are the same.
    #[test]
    fn decoded_labels_are_encoded_and_decoded_again(labels in near_labels()) {
        let elements = labels::decode(&labels).elements;
        if let Some(labels) = encode::encode(&elements) {
            let again = labels::decode(&labels);
            prop_assert!(!again.is_rejected(), "{:?}: {:?}", labels, again.problems);
            prop_assert_eq!(again.elements, elements, "{:?}", labels);
        }
    }

    /// Every linked service has a server, and every router of HTTP and TCP a rule and a service.
    #[test]
    fn linked_elements_are_whole(labels in near_labels()) {
        for element in linked(&labels) {
            let filled = |field: &str| element.body[field].as_str().is_some_and(|it| !it.is_empty());
            match element.kind {
                Kind::Services => {
                    let servers = element.body["loadBalancer"]["servers"].as_array();
                    prop_assert!(servers.is_some_and(|servers| servers.len() == 1));
                }
                Kind::Routers => {
                    prop_assert!(filled("service"));
                    prop_assert!(filled("rule") || element.section == Section::Udp);
                }
                _ => {}
            }
        }
    }

    /// A canonical form is valid, and is its own canonical form.
    #[test]
    fn canonical_is_final(element in near_element()) {
        if let Ok(canonical) = validate::canonical(&element) {
            prop_assert_eq!(validate::validate(&canonical), Ok(()));
            prop_assert_eq!(validate::canonical(&canonical), Ok(canonical));
        }
    }

    /// Every newer Traefik accepts what an older one accepts, each in its own form: fields that a
    /// newer one ignores are left out.
    #[test]
    fn newer_versions_accept_what_older_ones_do(element in near_element()) {
        let mut accepted = false;
        for version in TraefikVersion::known() {
            match validate::canonical_for(&element, version) {
                Ok(canonical) => {
                    accepted = true;
                    prop_assert_eq!(validate::validate_for(&canonical, version), Ok(()));
                    let again = validate::canonical_for(&canonical, version);
                    prop_assert_eq!(again, Ok(canonical));
                }
                Err(problems) => {
                    prop_assert!(!accepted, "{} refuses it: {:?}", version, problems);
                    let newest = version == TraefikVersion::NEWEST;
                    let too_old = |problem: &Problem| problem.code == Code::NeedsNewerTraefik;
                    prop_assert!(!newest || !problems.iter().any(too_old));
                }
            }
        }
    }

    /// Valid elements are read from YAML as from JSON.
    #[test]
    fn valid_elements_survive_yaml(element in near_element()) {
        if validate::validate(&element).is_ok() {
            let written = serde_json::to_string(&element.body).unwrap();
            let read: Value = serde_yaml_ng::from_str(&written).unwrap();
            prop_assert_eq!(read, element.body);
        }
    }
}

#[test]
fn the_paths_reach_all_that_labels_can_set() {
    for path in [
        "http.middlewares.NAME.plugin.k.k.objects[0].a",
        "http.routers.NAME.tls.domains[0].main",
        "http.services.NAME.loadBalancer.server.Port",
        "tcp.routers.NAME.rule",
        "udp.services.NAME.loadBalancer.server.Port",
    ] {
        assert!(PATHS.iter().any(|(known, _)| known == path), "{path}");
    }
}

type Labels = BTreeMap<String, String>;

fn linked(labels: &Labels) -> Vec<Element> {
    let context = Context {
        name: "app",
        project: None,
        service: None,
        labels,
        default_rule: &DefaultRule::default(),
    };
    let decoded = labels::decode(labels);
    if decoded.is_rejected() {
        return Vec::new();
    }
    link::link(decoded.elements, &context).0
}

/// The element as it is once its address is known.
fn resolved(element: &Element) -> Element {
    let mut element = element.clone();
    if element.kind == Kind::Services {
        let server = &mut element.body["loadBalancer"]["servers"][0];
        let server = server.as_object_mut().unwrap();
        server.remove("port");
        server.remove("scheme");
        let (field, value) = match element.section {
            Section::Http => ("url", "http://10.0.0.1:80"),
            _ => ("address", "10.0.0.1:80"),
        };
        server.insert(field.to_owned(), value.into());
    }
    element
}

fn any_labels() -> impl Strategy<Value = Labels> {
    let odd = prop_oneof!["traefik[.a-z\\[\\]0-9║]{0,20}", any::<String>()];
    let label = prop_oneof![
        4 => label(),
        1 => (label(), any::<String>()).prop_map(|((key, _), value)| (key, value)),
        1 => (odd, any::<String>()),
    ];
    vec(label, 0..6).prop_map(Labels::from_iter)
}

fn near_labels() -> impl Strategy<Value = Labels> {
    vec(label(), 0..5).prop_map(Labels::from_iter)
}

/// A label along the schema; its value is mostly of the right form.
fn label() -> impl Strategy<Value = (String, String)> {
    let name = select(vec!["app", "App", "b_1", "api@internal"]);
    let case = select(vec![str::to_owned, str::to_lowercase, str::to_uppercase]);
    let path = select(&**PATHS).prop_flat_map(|(path, shape)| {
        let right = select(fitting(&shape).to_vec()).prop_map(str::to_owned);
        (Just(path), prop_oneof![12 => right, 1 => value()])
    });
    (path, name, case).prop_map(|((path, value), name, case)| {
        let path = case(&path).replacen("NAME", name, 1);
        (format!("traefik.{path}"), value)
    })
}

fn fitting(shape: &str) -> &'static [&'static str] {
    match shape.trim_start_matches('*') {
        "bool" => &["true", "0", "T"],
        "int" | "int64" | "map[int]" => &["1", "+2", "-7"],
        "int64:types.Duration" => &["90", "10s", "1h1m", "1.5ms"],
        _ => &["", "true", "a", "a, b,", "Host(`a`)"],
    }
}

fn value() -> impl Strategy<Value = String> {
    let texts = [
        "",
        "true",
        "false",
        "1",
        "-7",
        "90",
        "10s",
        "a",
        "a, b,",
        "Host(`a`)",
    ];
    select(texts.to_vec()).prop_map(str::to_owned)
}

/// An element along the schema, with any values.
fn near_element() -> impl Strategy<Value = Element> {
    let leaf = prop_oneof![
        value().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        Just(json!(null)),
        Just(json!(1.5)),
        Just(json!(u64::MAX)),
        Just(json!({})),
        Just(json!([])),
        Just(json!([[1], {}])),
        Just(json!([1, true])),
        "[a-z\u{7f}\u{2028}║\n\"\\\\]{0,3}".prop_map(Value::from),
        vec(value().prop_map(Value::from), 1..3).prop_map(Value::from),
    ];
    vec((select(&**PATHS), leaf), 1..4).prop_map(|leaves| {
        let first: Vec<String> = leaves[0]
            .0
            .0
            .split('.')
            .take(2)
            .map(str::to_owned)
            .collect();
        let place = format!("{}.{}.NAME.", first[0], first[1]);
        let mut body = json!({});
        for ((path, _), leaf) in leaves {
            if let Some(path) = path.strip_prefix(&place) {
                let path = path.replace("server.", "servers[0].").replace('[', ".[");
                set(&mut body, &path.split('.').collect::<Vec<_>>(), leaf);
            }
        }
        Element {
            section: *Section::ALL
                .iter()
                .find(|one| one.as_str() == first[0])
                .unwrap(),
            kind: *Kind::ALL
                .iter()
                .find(|one| one.as_str() == first[1])
                .unwrap(),
            name: "app".to_owned(),
            body,
            implicit: false,
        }
    })
}

/// Writes a value at a path; `[0]` is the place in a list.
fn set(target: &mut Value, path: &[&str], leaf: Value) {
    let Some((first, rest)) = path.split_first() else {
        *target = leaf;
        return;
    };
    if first.starts_with('[') {
        *target = json!([{}]);
        return set(&mut target[0], rest, leaf);
    }
    if !target.is_object() {
        *target = json!({});
    }
    let object: &mut Map<String, Value> = target.as_object_mut().unwrap();
    set(object.entry(*first).or_insert(json!({})), rest, leaf);
}

/// All paths and types of the schema in HTTP, TCP and UDP routers, services and middlewares.
static PATHS: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let schema: Value = serde_json::from_str(include_str!("../src/schema.json")).unwrap();
    let mut paths = Vec::new();
    for section in ["HTTP", "TCP", "UDP"] {
        for kind in ["routers", "services", "middlewares"] {
            let shape = &schema[format!("dynamic.{section}Configuration")][kind]["type"];
            if let Some(shape) = shape.as_str() {
                let shape = shape.trim_start_matches("map[").trim_end_matches(']');
                let place = format!("{}.{kind}.NAME", section.to_lowercase());
                walk(&schema, shape, &place, &mut paths);
            }
        }
    }
    paths
});

fn walk(schema: &Value, shape: &str, place: &str, paths: &mut Vec<(String, String)>) {
    paths.push((place.to_owned(), shape.to_owned()));
    let shape = shape.trim_start_matches('*');
    if let Some(item) = shape.strip_prefix("[]") {
        walk(schema, item, &format!("{place}[0]"), paths);
    } else if let Some(item) = shape.strip_prefix("map[") {
        walk(
            schema,
            item.strip_suffix(']').unwrap(),
            &format!("{place}.k"),
            paths,
        );
    } else if shape == "any" {
        let names = ["a", "list[0]", "objects[0].a"];
        paths.extend(names.map(|name| (format!("{place}.{name}"), shape.to_owned())));
    } else if let Some(fields) = schema[shape].as_object() {
        for (name, field) in fields {
            let shape = field["type"].as_str().unwrap();
            match field["labelSliceAsStruct"].as_str() {
                Some(name) => {
                    let item = shape.trim_start_matches("[]");
                    walk(schema, item, &format!("{place}.{name}"), paths);
                }
                None => {
                    let name = name.trim_start_matches("go:");
                    walk(schema, shape, &format!("{place}.{name}"), paths);
                }
            }
        }
    }
}
