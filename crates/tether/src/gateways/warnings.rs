//! The views of an environment's gateways → warnings about what Traefik does in order, although it
//! cannot be meant: servers whose health check fails, and routers with TLS where clients speak
//! plain HTTP. Pure.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;
use traefik_config::{Code, Kind, Problem, Section, shown};

use super::view::{EntryPoint, GatewayView};
use crate::compile::{MergedElement, MergedServer};
use crate::merge::Merged;

/// The usual names of entry points for plain HTTP, and their port.
const PLAIN_NAMES: [&str; 2] = ["web", "http"];
const PLAIN_PORT: u16 = 80;

/// The usual port of HTTPS.
const TLS_PORT: u16 = 443;

/// The warnings about what these gateways do.
pub(super) fn warnings(gateways: &[&GatewayView], merged: &Merged) -> Vec<Problem> {
    let mut warnings = Vec::new();
    for view in gateways {
        for verdict in view.verdicts.with_failing_servers() {
            let Some(service) = merged.elements.get(&verdict.element.key) else {
                continue;
            };
            if view.verdicts.of(service).is_some() {
                warnings.extend(of_service(service, &verdict.down, view, gateways.len()));
            }
        }
    }
    let routers = merged.elements.of(Section::Http, Kind::Routers);
    // Few bodies are decoded.
    let points = gateways.iter().flat_map(|view| view.entry_points.iter());
    let plain: BTreeSet<String> = points
        .filter(|point| is_plain(point))
        .map(|point| format!("\"{}\"", point.name))
        .collect();
    let may_be_plain = |router: &&Arc<MergedElement>| {
        let body = &router.body;
        let is_named = body.contains("\"entryPoints\"");
        body.contains("\"tls\"") && (!is_named || plain.iter().any(|name| body.contains(name)))
    };
    for router in routers.iter().filter(may_be_plain) {
        if let Some(points) = plain_entry_points(gateways, &router.value()) {
            warnings.extend(of_router(router, &points));
        }
    }
    warnings
}

/// One warning for each server whose health check fails.
fn of_service(
    service: &MergedElement,
    down: &[String],
    view: &GatewayView,
    gateways: usize,
) -> Vec<Problem> {
    let at = if gateways > 1 {
        format!(" at gateway `{}`", shown(&view.name))
    } else {
        String::new()
    };
    let servers = service.servers.iter();
    let failing = servers.filter(|server| down.iter().any(|down| **down == *server.address));
    let warning = |server: &MergedServer| {
        let message = format!(
            "Traefik's health check of `{}` fails{at}, so it gets no requests: correct \
             `….loadbalancer.healthcheck`, or see why the program does not answer it",
            shown(&server.address)
        );
        let key = &service.declared;
        Problem::warning(Code::ServerUnreachable, message)
            .of_element(key.section, key.kind, &key.name)
            .of_origin(server.owner.origin())
    };
    failing.map(warning).collect()
}

/// One warning for each container that asks for the router.
fn of_router(router: &MergedElement, points: &str) -> Vec<Problem> {
    let key = &router.declared;
    let message = format!(
        "{key} answers only TLS connections, because it has `tls`, but at {points} clients speak \
         plain HTTP: use an entry point for HTTPS, or remove `tls`"
    );
    let problem = Problem::warning(Code::BadRule, message);
    let problem = problem.of_element(key.section, key.kind, &key.name);
    let label = format!("traefik.{}.{}.{}.tls", key.section, key.kind, key.name);
    let origins = router.origins().map(|origin| match origin.file {
        Some(_) => problem.clone().of_origin(origin),
        None => problem.clone().of_origin(origin).of_label(&label),
    });
    origins.collect()
}

/// The entry points of a router with TLS, if all are for plain HTTP at every gateway.
fn plain_entry_points(gateways: &[&GatewayView], router: &Value) -> Option<String> {
    router.get("tls").filter(|tls| !tls.is_null())?;
    let named = router.get("entryPoints").and_then(Value::as_array);
    let named: Vec<&str> = named
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let mut names: Vec<&str> = Vec::new();
    for view in gateways {
        let points = view.entry_points.iter().filter(|point| {
            let by_default = named.is_empty() && point.default;
            by_default || named.contains(&point.name.as_str())
        });
        let points: Vec<&EntryPoint> = points.collect();
        if points.is_empty() || !points.iter().all(|point| is_plain(point)) {
            return None;
        }
        names.extend(points.into_iter().map(|point| point.name.as_str()));
    }
    names.sort_unstable();
    names.dedup();
    let names: Vec<String> = names
        .iter()
        .map(|name| format!("`{}`", shown(name)))
        .collect();
    (!names.is_empty()).then(|| names.join(", "))
}

fn is_plain(point: &EntryPoint) -> bool {
    let usual_name = PLAIN_NAMES.contains(&point.name.as_str()) && point.port != Some(TLS_PORT);
    !point.tls && !point.udp && (usual_name || point.port == Some(PLAIN_PORT))
}

#[cfg(test)]
mod tests;
