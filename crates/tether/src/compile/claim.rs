//! Describes which requests a router matches and what it does with them.

use serde_json::Value;
use traefik_config::references::map_references;
use traefik_config::rule::{of_router, priority};
use traefik_config::{Kind, Section};

use super::digest::{Hash, Signature};

/// The requests that a router matches and what it does with them, in a form that can be compared.
#[derive(Debug)]
pub(crate) struct Claim {
    /// A digest of the requests that it matches. Two routers with the same key on one entry point
    /// conflict: Traefik would use either of them.
    pub(crate) match_key: Signature,
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
    /// `normalized` is the body without Traefik's own defaults.
    pub(crate) fn of(section: Section, body: &Value, normalized: &Value) -> Option<Self> {
        let tls = body.get("tls").is_some();
        let rule = match section {
            Section::Udp => None,
            _ => Some(of_router(section, body)?),
        };
        let hosts = match &rule {
            Some(rule) if tls && section == Section::Http => rule.domains(),
            _ => Vec::new(),
        };
        let entry_points = body
            .get("entryPoints")
            .and_then(Value::as_array)
            .filter(|list| !list.is_empty());
        let sorted = |list: &Vec<Value>| {
            let mut names: Vec<String> = list
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect();
            names.sort();
            names.dedup();
            names.into()
        };
        // Routers with TLS never conflict with routers without.
        let mut match_key = Hash::default();
        match_key.add(section.as_str()).add(&tls.to_string());
        match_key.add(&priority(section, body).unwrap_or_default().to_string());
        if let Some(rule) = rule {
            match_key.add(&rule.normal().to_string());
        }
        Some(Self {
            match_key: match_key.finish(),
            action_key: action_key(section, normalized),
            entry_points: entry_points.map(sorted),
            hosts: hosts.into(),
        })
    }
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
