//! Removes from an element's body what Traefik would assume anyway.

use serde_json::{Map, Value};

use crate::schema::{Field, Schema, Shape};
use crate::{Kind, Section, TraefikVersion};

/// The same definition in its shortest form. Two bodies whose shortest forms are equal mean the
/// same to this Traefik. The body must be canonical.
///
/// The version matters: 3.2 has another order of encodings for `compress` than 3.3, so for 3.2 the
/// order of 3.3 is not the default.
pub fn without_defaults(
    section: Section,
    kind: Kind,
    body: &Value,
    version: TraefikVersion,
) -> Value {
    let schema = Schema::of_version(version);
    match (schema.element(section, kind), body) {
        (Some(name), Value::Object(fields)) => structure(schema, name, fields),
        _ => body.clone(),
    }
}

fn structure(schema: &Schema, name: &str, fields: &Map<String, Value>) -> Value {
    let known = schema.of(name);
    let kept = fields
        .iter()
        .filter_map(|(name, value)| match known.in_file(name) {
            Some(field) => kept(schema, field, value).map(|value| (name.clone(), value)),
            None => Some((name.clone(), value.clone())),
        });
    Value::Object(kept.collect())
}

/// The rest of a field's value; none if it means the same as no value.
fn kept(schema: &Schema, field: &Field, value: &Value) -> Option<Value> {
    let value = short(schema, &field.shape, value);
    let assumed = match &field.default {
        Some(default) => short(schema, &field.shape, default) == value,
        // Without a pointer, Go does not distinguish unset from zero.
        None => !field.pointer && is_zero(&field.shape, &value),
    };
    (!assumed).then_some(value)
}

fn short(schema: &Schema, shape: &Shape, value: &Value) -> Value {
    match (shape, value) {
        (Shape::Struct(name), Value::Object(fields)) => structure(schema, name, fields),
        (Shape::List(item), Value::Array(items)) => items
            .iter()
            .map(|value| short(schema, item, value))
            .collect(),
        (Shape::Map(item), Value::Object(members)) => members
            .iter()
            .map(|(name, value)| (name.clone(), short(schema, item, value)))
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
mod tests;
