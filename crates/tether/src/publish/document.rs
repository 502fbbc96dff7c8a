//! A merge in, Traefik's dynamic configuration out: equal merges give equal bytes.

use std::sync::Arc;

use traefik_config::{Kind, Section};

use crate::compile::MergedElement;
use crate::merge::Merged;

/// Traefik's dynamic configuration as JSON; `{}` if there is nothing to route.
///
/// All names are sorted and no part is empty: Traefik refuses the whole for an empty one.
pub fn to_json(merged: &Merged) -> Vec<u8> {
    let sizes = merged.elements.iter();
    let sizes = sizes.map(|(key, element)| key.name.len() + element.body.len() + NAME_ROOM);
    let room: usize = sizes.sum();
    let mut json = String::with_capacity(room + NAME_ROOM);
    write_object(&mut json, sections(merged), |json, (section, kinds)| {
        write_name(json, section.as_str());
        write_object(json, kinds, |json, (kind, elements)| {
            write_name(json, kind.as_str());
            write_elements(json, kind, elements);
        });
    });
    json.into_bytes()
}

/// The same document as YAML.
///
/// # Panics
/// If that is no JSON object.
pub fn to_yaml(json: &[u8]) -> Vec<u8> {
    // A YAML mapping keeps the order.
    let value: serde_yaml_ng::Value = serde_json::from_slice(json).expect("it is JSON");
    serde_yaml_ng::to_string(&value)
        .expect("all names are strings")
        .into_bytes()
}

/// What is written around one element, about, in bytes.
const NAME_ROOM: usize = 8;

type Elements<'a> = &'a [Arc<MergedElement>];
type Kinds<'a> = Vec<(Kind, Elements<'a>)>;

/// What is there of each section and kind, none of it empty.
fn sections(merged: &Merged) -> Vec<(Section, Kinds<'_>)> {
    let kinds = |section: Section| {
        let kinds = Kind::ALL.into_iter();
        let kinds = kinds.map(|kind| (kind, merged.elements.of(section, kind)));
        let kinds = kinds.filter(|(_, elements): &(_, Elements<'_>)| !elements.is_empty());
        kinds.collect()
    };
    let sections = Section::ALL.into_iter();
    let sections = sections.map(|section| (section, kinds(section)));
    let sections = sections.filter(|(_, kinds): &(_, Kinds<'_>)| !kinds.is_empty());
    sections.collect()
}

/// Certificates are a list; all others have names.
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
