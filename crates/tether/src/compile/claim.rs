//! A router's definition in, the requests that it claims out.

use serde_json::Value;
use traefik_config::references::map_references;
use traefik_config::rule::{of_router, priority};
use traefik_config::{Kind, Section};

use super::digest::{Hash, Signature};

/// What one router claims.
#[derive(Debug)]
pub(crate) struct Claim {
    /// Which requests, of those that come by its entry points: two routers with the same ground
    /// cannot both have one, and Traefik takes any of them.
    pub(crate) ground: Signature,
    /// What it does with them, but for the names that it refers to: of two with one ground it
    /// makes no difference which has a request if these are equal and those too.
    pub(crate) deed: Signature,
    /// Its entry points, sorted; none if it names none.
    pub(crate) entry_points: Option<Box<[String]>>,
    /// The host names for which its TLS options count; none without TLS.
    pub(crate) hosts: Box<[String]>,
}

impl Claim {
    /// What a router of this body claims; nothing if Traefik would refuse its rule. `essence` is
    /// the body without what Traefik assumes anyway.
    pub(crate) fn of(section: Section, body: &Value, essence: &Value) -> Option<Self> {
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
        let mut ground = Hash::default();
        ground.add(section.as_str()).add(&tls.to_string());
        ground.add(&priority(section, body).unwrap_or_default().to_string());
        if let Some(rule) = rule {
            ground.add(&rule.normal().to_string());
        }
        Some(Self {
            ground: ground.finish(),
            deed: deed(section, essence),
            entry_points: entry_points.map(sorted),
            hosts: hosts.into(),
        })
    }
}

/// What is left of a router without the requests it is for, and without names.
fn deed(section: Section, essence: &Value) -> Signature {
    let mut essence = essence.clone();
    map_references(section, Kind::Routers, &mut essence, |_| "@".to_owned());
    if let Some(fields) = essence.as_object_mut() {
        fields.remove("entryPoints");
        fields.remove("rule");
    }
    let mut hash = Hash::default();
    hash.add(&essence.to_string());
    hash.finish()
}
