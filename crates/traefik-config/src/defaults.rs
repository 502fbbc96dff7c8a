//! An element's body in, the same without what Traefik would assume anyway out.

use serde_json::{Map, Value};

use crate::schema::{Field, SCHEMA, Shape};
use crate::{Kind, Section};

/// The same definition in its shortest form: two bodies mean the same to Traefik if these are
/// equal. The body must be canonical.
pub fn without_defaults(section: Section, kind: Kind, body: &Value) -> Value {
    match (SCHEMA.element(section, kind), body) {
        (Some(name), Value::Object(fields)) => structure(name, fields),
        _ => body.clone(),
    }
}

fn structure(name: &str, fields: &Map<String, Value>) -> Value {
    let known = SCHEMA.of(name);
    let kept = fields
        .iter()
        .filter_map(|(name, value)| match known.in_file(name) {
            Some(field) => kept(field, value).map(|value| (name.clone(), value)),
            None => Some((name.clone(), value.clone())),
        });
    Value::Object(kept.collect())
}

/// What is left of a field's value; nothing if it says no more than its absence.
fn kept(field: &Field, value: &Value) -> Option<Value> {
    let value = short(&field.shape, value);
    let assumed = match &field.default {
        Some(default) => short(&field.shape, default) == value,
        // Without a pointer, unset and zero are the same to Go.
        None => !field.pointer && is_zero(&field.shape, &value),
    };
    (!assumed).then_some(value)
}

fn short(shape: &Shape, value: &Value) -> Value {
    match (shape, value) {
        (Shape::Struct(name), Value::Object(fields)) => structure(name, fields),
        (Shape::List(item), Value::Array(items)) => {
            items.iter().map(|value| short(item, value)).collect()
        }
        (Shape::Map(item), Value::Object(members)) => members
            .iter()
            .map(|(name, value)| (name.clone(), short(item, value)))
            .collect(),
        _ => value.clone(),
    }
}

fn is_zero(shape: &Shape, value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) if *shape == Shape::Duration => text == "0s",
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(kind: Kind, body: &Value, short: &Value) {
        assert_eq!(without_defaults(Section::Http, kind, body), *short);
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
}
