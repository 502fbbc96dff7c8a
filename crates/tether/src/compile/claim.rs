//! Describes which requests a router matches and what it does with them.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use traefik_config::references::map_references;
use traefik_config::rule::{of_router, priority};
use traefik_config::{Kind, Section};

use super::digest::{Hash, Signature};

/// The requests that a router matches and what it does with them, in a form that can be compared.
#[derive(Debug)]
pub(crate) struct Claim {
    /// A digest of the requests that it matches, with its priority. Two routers with the same key on
    /// one entry point conflict: Traefik would use either of them.
    pub(crate) match_key: Signature,
    /// The same with the priority of the rule's normal form, for a rule that is written in another
    /// form and has no priority of its own. Of two hosts' routers with such a key in common Traefik
    /// would use the one that is written at greater length.
    pub(crate) normal_key: Option<Signature>,
    /// A digest of what it does, without the names that it refers to. Between two routers with the
    /// same match key there is no conflict if the action keys and the references are equal.
    pub(crate) action_key: Signature,
    /// Its entry points, sorted; none if it names none.
    pub(crate) entry_points: Option<Box<[String]>>,
    /// The host names that its TLS options apply to; empty without TLS.
    pub(crate) hosts: Box<[String]>,
}

impl Claim {
    /// Describes a router with this body, or returns none if Traefik would reject its rule.
    /// `normalized` is the body without Traefik's own defaults. It is brought into the form that
    /// routers have in common whose bodies only differ in how they are written.
    pub(crate) fn of(section: Section, body: &Value, normalized: &mut Value) -> Option<Self> {
        let tls = body.get("tls").is_some();
        let rule = match section {
            Section::Udp => None,
            _ => Some(of_router(section, body)?),
        };
        let hosts = match &rule {
            Some(rule) if tls && section == Section::Http => rule.domains(),
            _ => Vec::new(),
        };
        let normal = rule.map(|rule| rule.normal().to_string());
        let entry_points = entry_points(body);
        let own_priority = priority(section, body).unwrap_or_default();
        let default_priority = default_priority(section, body);
        if let Some(fields) = normalized.as_object_mut() {
            if let Some(normal) = &normal {
                fields.insert("rule".to_owned(), normal.clone().into());
            }
            if let Some(names) = &entry_points {
                fields.insert("entryPoints".to_owned(), names.to_vec().into());
            }
            if own_priority == default_priority {
                fields.remove("priority");
            }
        }
        // Routers with TLS never conflict with routers without.
        let key = |priority: i64| {
            let mut key = Hash::default();
            key.add(section.as_str()).add(&tls.to_string());
            key.add(&priority.to_string());
            key.add(normal.as_deref().unwrap_or_default());
            key.finish()
        };
        let normal_key = normal.as_ref().and_then(|normal| {
            let priority = default_priority_of(section, normal);
            let differs = own_priority == default_priority && priority != own_priority;
            differs.then(|| key(priority))
        });
        Some(Self {
            match_key: key(own_priority),
            normal_key,
            action_key: action_key(section, normalized),
            entry_points,
            hosts: hosts.into(),
        })
    }
}

/// The entry points that a router names, sorted, each once.
fn entry_points(body: &Value) -> Option<Box<[String]>> {
    let names = body.get("entryPoints").and_then(Value::as_array);
    let names = names.filter(|list| !list.is_empty())?;
    let names = names.iter().filter_map(Value::as_str).map(str::to_owned);
    let names: BTreeSet<String> = names.collect();
    Some(names.into_iter().collect())
}

/// The priority that the router would have without one of its own.
fn default_priority(section: Section, body: &Value) -> i64 {
    let rule = body.get("rule").and_then(Value::as_str);
    default_priority_of(section, rule.unwrap_or_default())
}

fn default_priority_of(section: Section, rule: &str) -> i64 {
    priority(section, &json!({ "rule": rule })).unwrap_or_default()
}

/// A digest of the body without entry points, rule and names.
fn action_key(section: Section, normalized: &Value) -> Signature {
    let mut normalized = normalized.clone();
    map_references(section, Kind::Routers, &mut normalized, |_| "@".to_owned());
    if let Some(fields) = normalized.as_object_mut() {
        fields.remove("entryPoints");
        fields.remove("rule");
    }
    let mut hash = Hash::default();
    hash.add(&normalized.to_string());
    hash.finish()
}
