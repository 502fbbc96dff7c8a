//! The rows of routes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;
use traefik_config::references::references;
use traefik_config::{Kind, Section, rule};

use super::{gateway, probe};
use crate::compile::{MergedElement, MergedServer, Owner};
use crate::dashboard::state::{Liveness, RouteView, ServerView};
use crate::gateways::GatewayView;
use crate::merge::Merged;
use crate::probe::Results;

/// Makes the rows of one environment.
pub(super) struct RouteRows<'a> {
    pub(super) env: &'a str,
    pub(super) merged: &'a Merged,
    /// The environment and name of each held agent.
    pub(super) held: &'a BTreeSet<(&'a str, &'a str)>,
    pub(super) entry_points: &'a BTreeMap<String, u16>,
    /// The gateways that read this environment.
    pub(super) gateways: &'a [&'a Arc<GatewayView>],
    /// Which servers answer; none if they are not tried.
    pub(super) probed: Option<&'a Results>,
}

impl RouteRows<'_> {
    /// The row of a router.
    pub(super) fn row(&self, router: &Arc<MergedElement>) -> RouteView {
        let (section, name) = (router.key.section, &router.key.name);
        let body = router.value();
        let hosts = rule::of_router(section, &body)
            .map(|rule| rule.hosts().names)
            .unwrap_or_default();
        let used = list(&body, "entryPoints");
        let tls = body.get("tls").is_some() || self.has_tls(section, &used);
        let is_held = |owner: &Owner| {
            let agent = owner.agent();
            agent.is_some_and(|agent| self.held.contains(&(self.env, agent)))
        };
        let all_held = !router.owners.is_empty() && router.owners.iter().all(is_held);
        RouteView {
            id: format!("{}/{section}/{name}", self.env),
            env: self.env.to_owned(),
            section,
            name: name.clone(),
            links: links(section, &hosts, tls, &used, self.entry_points),
            rule: text(&body, "rule"),
            fault: rule::check_router(section, name, &body).map(|problem| problem.message),
            entry_points: used,
            middlewares: list(&body, "middlewares"),
            service: text(&body, "service"),
            tls,
            servers: self.servers(section, &body),
            origins: router.origins().collect(),
            gateways: self
                .gateways
                .iter()
                .map(|view| gateway::status(view, router))
                .collect(),
            state: if all_held {
                Liveness::Held
            } else {
                Liveness::Live
            },
        }
    }

    /// True if every gateway adds TLS to the routers of one of these entry points.
    fn has_tls(&self, section: Section, used: &[String]) -> bool {
        let has_tls = |view: &&Arc<GatewayView>| {
            let points = view.entry_points.iter();
            let mut points = points.filter(|point| used.contains(&point.name));
            points.any(|point| point.tls)
        };
        section == Section::Http && !self.gateways.is_empty() && self.gateways.iter().all(has_tls)
    }

    fn servers(&self, section: Section, body: &Value) -> Vec<ServerView> {
        let service = references(section, Kind::Routers, body)
            .into_iter()
            .find(|reference| reference.kind == Kind::Services)
            .and_then(|reference| self.merged.target(&reference));
        let Some(service) = service else {
            return Vec::new();
        };
        let tried = self.probed.map(|results| results.of_service(service));
        let row = |(at, server): (usize, &MergedServer)| {
            let tried = tried.as_ref().and_then(|tried| tried.get(at));
            let (reachability, note) = tried.map(probe::of_server).unzip();
            ServerView {
                address: server.address.to_string(),
                origin: server.owner.origin(),
                reason: server.reason.to_string(),
                down_at: gateway::down_at(self.gateways, service, &server.address),
                reachability,
                note: note.flatten(),
            }
        };
        service.servers.iter().enumerate().map(row).collect()
    }
}

/// The URLs of an HTTP router's hosts that a browser can open.
fn links(
    section: Section,
    hosts: &[String],
    tls: bool,
    used: &[String],
    entry_points: &BTreeMap<String, u16>,
) -> Vec<String> {
    if section != Section::Http {
        return Vec::new();
    }
    let (scheme, usual, fallback) = if tls {
        ("https", 443, "websecure")
    } else {
        ("http", 80, "web")
    };
    let named = used.iter().find_map(|name| entry_points.get(name));
    let port = *named
        .or_else(|| entry_points.get(fallback))
        .unwrap_or(&usual);
    let at = if port == usual {
        String::new()
    } else {
        format!(":{port}")
    };
    hosts
        .iter()
        .map(|host| format!("{scheme}://{host}{at}/"))
        .collect()
}

fn text(body: &Value, field: &str) -> String {
    body.get(field)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

fn list(body: &Value, field: &str) -> Vec<String> {
    let items = body
        .get(field)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    items
        .iter()
        .filter_map(Value::as_str)
        .map(ToOwned::to_owned)
        .collect()
}

#[cfg(test)]
mod tests;
