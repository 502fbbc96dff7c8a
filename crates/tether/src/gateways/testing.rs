//! Elements for the tests of this folder.

use std::sync::Arc;

use serde_json::Value;
use traefik_config::{Key, Kind, Section};

use crate::compile::{Home, MergedElement, Owner};
use crate::merge::Merged;

/// The key that a text such as `http.routers.a` means.
pub(super) fn key(text: &str) -> Key {
    let parts: Vec<&str> = text.splitn(3, '.').collect();
    let [section, kind] = [parts[0], parts[1]].map(Value::from);
    let section: Section = serde_json::from_value(section).unwrap();
    let kind: Kind = serde_json::from_value(kind).unwrap();
    Key::new(section, kind, parts[2])
}

/// An element of the container `app` of the agent `host`.
pub(super) fn element(text: &str, body: &Value) -> MergedElement {
    let home = Home {
        agent: "host".to_owned(),
        endpoint: "unix:///docker.sock".to_owned(),
        local: false,
    };
    MergedElement {
        key: Arc::new(key(text)),
        declared: Arc::new(key(text)),
        body: body.to_string().into(),
        implicit: false,
        owners: [Owner {
            home: Arc::new(home),
            container: "app".into(),
        }]
        .into(),
        servers: [].into(),
    }
}

/// A configuration of these elements.
pub(super) fn merged(elements: &Value) -> Merged {
    let elements = elements.as_object().unwrap().iter();
    Merged {
        elements: elements
            .map(|(name, body)| Arc::new(element(name, body)))
            .collect(),
        problems: Vec::new(),
    }
}
