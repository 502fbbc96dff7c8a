//! A router's definition in, the requests that it claims out.

use std::collections::BTreeSet;

use serde_json::Value;
use traefik_config::Section;
use traefik_config::rule::{of_router, priority};

use super::engine::{Hash, Signature};

/// What one router claims.
#[derive(Debug)]
pub(super) struct Claim {
    /// Which requests, of those that come by its entry points: two routers with the same ground
    /// cannot both have one, and Traefik takes any of them.
    pub(super) ground: Signature,
    /// Its entry points; none if it names none.
    pub(super) entry_points: Option<BTreeSet<String>>,
    /// The host names for which its TLS options count; none without TLS.
    pub(super) hosts: Vec<String>,
}

impl Claim {
    /// What a router of this body claims; nothing if Traefik would refuse its rule.
    pub(super) fn of(section: Section, body: &Value) -> Option<Self> {
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
        let names = |list: &Vec<Value>| {
            let names = list.iter().filter_map(Value::as_str);
            names.map(str::to_owned).collect()
        };
        // Routers with TLS and those without live apart.
        let mut ground = Hash::default();
        ground.add(section.as_str()).add(&tls.to_string());
        ground.add(&priority(section, body).unwrap_or_default().to_string());
        if let Some(rule) = rule {
            ground.add(&rule.normal().to_string());
        }
        Some(Self {
            ground: ground.finish(),
            entry_points: entry_points.map(names),
            hosts,
        })
    }
}
