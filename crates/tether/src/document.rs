//! A merge in, Traefik's dynamic configuration out: equal merges give equal bytes.

use serde_json::{Map, Value};

use crate::merge::Merged;

/// Traefik's dynamic configuration; `{}` if there is nothing to route.
pub fn document(merged: &Merged) -> Value {
    let mut sections = Map::new();
    for ((section, kind, name), element) in &merged.elements {
        sections
            .entry(section.as_str())
            .or_insert_with(|| Value::Object(Map::new()))
            .as_object_mut()
            .expect("only objects are put in")
            .entry(kind.as_str())
            .or_insert_with(|| Value::Object(Map::new()))
            .as_object_mut()
            .expect("only objects are put in")
            .insert(name.clone(), element.body.clone());
    }
    Value::Object(sections)
}

/// The document as JSON.
pub fn to_json(document: &Value) -> Vec<u8> {
    serde_json::to_vec(document).expect("a JSON value has string keys only")
}

/// The document as YAML.
pub fn to_yaml(document: &Value) -> Vec<u8> {
    serde_yaml_ng::to_string(document)
        .expect("a JSON value has a YAML form")
        .into_bytes()
}
