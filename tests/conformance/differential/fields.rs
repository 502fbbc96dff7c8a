//! Lists every field that Traefik looks for in labels, by the schema.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::harness::root;

/// A field of an element.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    /// Such as `http.middlewares`.
    pub(crate) of: &'static str,
    /// The path after the element's name, such as `headers.stsSeconds`.
    pub(crate) path: String,
    pub(crate) form: Form,
}

/// The form of a field's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Text,
    Bool,
    Number,
    Duration,
    List,
    /// Names with texts.
    Texts,
    /// Names with numbers.
    Numbers,
    /// An object that labels may name without a field.
    Object,
}

impl Field {
    /// The first part of its path, such as `headers`.
    pub(crate) fn kind(&self) -> &str {
        self.path.split('.').next().unwrap_or(&self.path)
    }
}

/// The places of elements in labels, and their types.
const ELEMENTS: [(&str, &str); 8] = [
    ("http.routers", "dynamic.Router"),
    ("http.services", "dynamic.Service"),
    ("http.middlewares", "dynamic.Middleware"),
    ("tcp.routers", "dynamic.TCPRouter"),
    ("tcp.services", "dynamic.TCPService"),
    ("tcp.middlewares", "dynamic.TCPMiddleware"),
    ("udp.routers", "dynamic.UDPRouter"),
    ("udp.services", "dynamic.UDPService"),
];

type Schema = BTreeMap<String, BTreeMap<String, Raw>>;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    r#type: String,
    label: Option<String>,
    label_slice_as_struct: Option<String>,
}

/// All fields, in the order of the schema.
pub(crate) fn fields() -> Result<Vec<Field>> {
    let file = root().join("crates/traefik-config/src/schema.json");
    let schema: Schema = serde_json::from_str(&std::fs::read_to_string(file)?)?;
    let mut all = Vec::new();
    for (of, name) in ELEMENTS {
        walk(&schema, of, name, "", &mut all)?;
    }
    Ok(all)
}

fn walk(
    schema: &Schema,
    of: &'static str,
    name: &str,
    path: &str,
    all: &mut Vec<Field>,
) -> Result<()> {
    let fields = schema.get(name);
    for (field, raw) in fields.with_context(|| format!("the schema has no {name}"))? {
        let field = raw.label_slice_as_struct.as_deref().unwrap_or(field);
        let field = field.strip_prefix("go:").unwrap_or(field);
        let path = format!("{path}{field}");
        let kind = raw.r#type.trim_start_matches('*');
        let (kind, list) = match kind.strip_prefix("[]") {
            Some(item) => (item, true),
            None => (kind, false),
        };
        let mut add = |form| {
            let path = path.clone();
            all.push(Field { of, path, form });
        };
        let form = match kind {
            _ if list && kind.starts_with("string") => Form::List,
            _ if kind.ends_with(":types.Duration") => Form::Duration,
            "bool" => Form::Bool,
            "int" | "int64" => Form::Number,
            "map[string]" => Form::Texts,
            "map[int]" => Form::Numbers,
            _ if kind.starts_with("string") => Form::Text,
            // Files only: read over, with all that is in it.
            _ if raw.label.as_deref() == Some("-") => continue,
            // A plugin's own.
            "map[map[any]]" => continue,
            _ => {
                if raw.label.as_deref() == Some("allowEmpty") {
                    add(Form::Object);
                }
                let index = if list && raw.label_slice_as_struct.is_none() {
                    "[0]"
                } else {
                    ""
                };
                walk(schema, of, kind, &format!("{path}{index}."), all)?;
                continue;
            }
        };
        add(form);
    }
    Ok(())
}
