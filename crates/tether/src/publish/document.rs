//! `Merged` → Traefik's dynamic configuration. Equal merges give equal bytes.

use std::sync::Arc;

use traefik_config::{Kind, Section};

use crate::compile::MergedElement;
use crate::merge::Merged;

/// Writes the configuration as JSON; `{}` if it is empty.
///
/// All names are sorted and no part is empty: Traefik rejects a document with an empty part.
pub fn to_json(merged: &Merged) -> Vec<u8> {
    let elements = merged.elements.iter();
    let sizes = elements.map(|(key, element)| key.name.len() + element.body.len() + OVERHEAD_BYTES);
    let mut json = String::with_capacity(sizes.sum::<usize>() + OVERHEAD_BYTES);
    write_object(&mut json, sections(merged), |json, (section, kinds)| {
        write_name(json, section.as_str());
        write_object(json, kinds, |json, (kind, elements)| {
            write_name(json, kind.as_str());
            write_elements(json, kind, elements);
        });
    });
    json.into_bytes()
}

/// Converts the document to YAML.
///
/// # Panics
/// If it is not a JSON object.
pub fn to_yaml(json: &[u8]) -> Vec<u8> {
    // A YAML mapping keeps the order.
    let value: serde_yaml_ng::Value = serde_json::from_slice(json).expect("it is JSON");
    serde_yaml_ng::to_string(&value)
        .expect("all names are strings")
        .into_bytes()
}

/// The approximate size of the text around one element.
const OVERHEAD_BYTES: usize = 8;

type Elements<'a> = &'a [Arc<MergedElement>];
type Kinds<'a> = Vec<(Kind, Elements<'a>)>;

/// The sections and kinds that are not empty.
fn sections(merged: &Merged) -> Vec<(Section, Kinds<'_>)> {
    let kinds = |section: Section| -> Kinds<'_> {
        Kind::ALL
            .into_iter()
            .map(|kind| (kind, merged.elements.of(section, kind)))
            .filter(|(_, elements)| !elements.is_empty())
            .collect()
    };
    Section::ALL
        .into_iter()
        .map(|section| (section, kinds(section)))
        .filter(|(_, kinds)| !kinds.is_empty())
        .collect()
}

/// Certificates are a list; all other kinds have names.
fn write_elements(json: &mut String, kind: Kind, elements: Elements<'_>) {
    if kind != Kind::Certificates {
        return write_object(json, elements, |json, element| {
            write_name(json, &element.key.name);
            json.push_str(&element.body);
        });
    }
    json.push('[');
    write_list(json, elements, |json, element| {
        json.push_str(&element.body);
    });
    json.push(']');
}

fn write_object<T>(
    json: &mut String,
    items: impl IntoIterator<Item = T>,
    write: impl FnMut(&mut String, T),
) {
    json.push('{');
    write_list(json, items, write);
    json.push('}');
}

fn write_list<T>(
    json: &mut String,
    items: impl IntoIterator<Item = T>,
    mut write: impl FnMut(&mut String, T),
) {
    for (at, item) in items.into_iter().enumerate() {
        if at > 0 {
            json.push(',');
        }
        write(json, item);
    }
}

fn write_name(json: &mut String, name: &str) {
    json.push_str(&serde_json::Value::from(name).to_string());
    json.push(':');
}
