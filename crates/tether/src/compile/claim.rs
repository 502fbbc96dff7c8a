//! A router's definition in, the requests that it claims out.

use serde_json::Value;
use traefik_config::references::map_references;
use traefik_config::rule::{of_router, priority};
use traefik_config::{Kind, Section};

use super::digest::{Hash, Signature};

/// What one router claims.
#[derive(Debug)]
pub(crate) struct Claim {
    /// Which requests, of those that come by its entry points: two routers with the same match_key
    /// cannot both have one, and Traefik takes any of them.
    pub(crate) match_key: Signature,
    /// What it does with them, but for the names that it refers to: of two with one match_key it
    /// makes no difference which has a request if these are equal and those too.
    pub(crate) action_key: Signature,
    /// Its entry points, sorted; none if it names none.
    pub(crate) entry_points: Option<Box<[String]>>,
    /// The host names for which its TLS options count; none without TLS.
    pub(crate) hosts: Box<[String]>,
}

impl Claim {
    /// What a router of this body claims; nothing if Traefik would refuse its rule. `normalized` is
    /// the body without what Traefik assumes anyway.
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
        let entry_points = body.get("entryPoints").and_then(Value::as_array);
        let entry_points = entry_points.filter(|list| !list.is_empty());
        let sorted = |list: &Vec<Value>| {
            let names = list.iter().filter_map(Value::as_str);
            let mut names: Vec<String> = names.map(str::to_owned).collect();
            names.sort();
            names.dedup();
            names.into()
        };
        // Routers with TLS and those without live apart.
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

/// What is left of a router without the requests it is for, and without names.
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
