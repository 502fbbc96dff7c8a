//! Reads an engine's list of containers. Missing fields are left empty.

use std::net::IpAddr;

use serde_json::Value;
use serde_json::value::RawValue;

use super::answer::{self, List, Named, PortSummary, Summary};
use crate::docker::model::container::{
    Attachment, Container, Health, Idle, NetworkMode, Port, Protocol,
};

/// The states of listed containers that do not run. Unknown states count as running: only running
/// containers are asked for.
const ENDED: [&str; 8] = [
    "created",
    "configured",
    "paused",
    "restarting",
    "removing",
    "exited",
    "stopped",
    "dead",
];

/// The running containers of a list, sorted by id. One that is half removed is no container.
pub(crate) fn containers(list: &List) -> Vec<Container> {
    let mut containers: Vec<Container> = list.iter().filter_map(|one| container(one)).collect();
    containers.sort_by(|a, b| a.id.cmp(&b.id));
    containers.dedup_by(|a, b| a.id == b.id);
    containers
}

/// The containers of a list that do not run, sorted by name. One that is half removed is none.
pub(crate) fn idle(list: &List) -> Vec<Idle> {
    // An unreadable entry is reported among the running ones, if it runs.
    let summaries = list
        .iter()
        .filter_map(|one| serde_json::from_str::<Summary>(one.get()).ok());
    let mut all: Vec<Idle> = summaries
        .filter_map(|summary| {
            let state = summary.state.clone().filter(|state| !runs(state))?;
            let status = summary.status.clone().unwrap_or_default();
            Some(Idle {
                container: any(summary)?,
                state,
                status,
            })
        })
        .filter(|idle| idle.state != "removing")
        .collect();
    all.sort_by(|a, b| {
        (&a.container.name, &a.container.id).cmp(&(&b.container.name, &b.container.id))
    });
    all
}

fn runs(state: &str) -> bool {
    !ENDED.contains(&state)
}

fn container(text: &RawValue) -> Option<Container> {
    match serde_json::from_str::<Summary>(text.get()) {
        Ok(summary) if runs(summary.state.as_deref().unwrap_or_default()) => any(summary),
        Ok(_) => None,
        Err(error) => unreadable(text, &error),
    }
}

fn any(summary: Summary) -> Option<Container> {
    let id = summary.id.filter(|id| !id.is_empty())?;
    let state = summary.state.unwrap_or_default();
    let name = name(summary.names.unwrap_or_default()).unwrap_or_else(|| short(&id).to_owned());
    let mode = summary
        .host_config
        .and_then(|config| config.network_mode)
        .unwrap_or_default();
    let mut ports: Vec<Port> = summary.ports.unwrap_or_default().iter().map(port).collect();
    ports.sort_unstable();
    ports.dedup();
    let endpoints = summary
        .network_settings
        .and_then(|settings| settings.networks);
    let ips = |texts: [Option<String>; 2]| texts.iter().filter_map(ip).collect();
    let attachments = endpoints.unwrap_or_default().into_iter();
    let mut attachments: Vec<Attachment> = attachments
        .filter_map(|(network, endpoint)| Some((network, endpoint?)))
        .map(|(network, endpoint)| Attachment {
            network,
            addresses: ips([endpoint.ip_address, endpoint.global_ipv6_address]),
            gateways: ips([endpoint.gateway, endpoint.ipv6_gateway]),
        })
        .collect();
    // The engine lists networks in no order, and equal snapshots must compare equal.
    attachments.sort_unstable();
    let health = health(
        summary.health,
        summary.status.as_deref().unwrap_or_default(),
    );
    Some(Container {
        id,
        name,
        labels: summary.labels.unwrap_or_default(),
        ports,
        network: network(&mode),
        attachments,
        health,
        created: summary.created.unwrap_or_default(),
        stopping: state == "stopping",
        unreadable: None,
        task: None,
    })
}

/// Nothing of such a container is used, not even what could be read: half of its labels may be
/// a route without its protection.
fn unreadable(text: &RawValue, error: &serde_json::Error) -> Option<Container> {
    let named: Named = serde_json::from_str(text.get()).ok()?;
    let id = named.id.as_ref().and_then(Value::as_str)?;
    let names = named.names.as_ref().and_then(Value::as_array);
    let names = names.into_iter().flatten().filter_map(Value::as_str);
    let name = name(names.map(str::to_owned).collect());
    // Its position in the list changes with its neighbours.
    let why = error.to_string();
    Some(Container {
        id: id.to_owned(),
        name: name.unwrap_or_else(|| short(id).to_owned()),
        unreadable: Some(why.split(" at line ").next().unwrap_or(&why).to_owned()),
        ..Container::default()
    })
}

/// Whose network a mode means.
pub(crate) fn network(mode: &str) -> NetworkMode {
    match mode.strip_prefix("container:") {
        Some(other) => NetworkMode::Container(other.to_owned()),
        None if mode == "host" => NetworkMode::Host,
        None => NetworkMode::Own,
    }
}

/// A container linked to others bears their names too, as `/other/alias`.
fn name(names: Vec<String>) -> Option<String> {
    names
        .into_iter()
        .map(|name| name.trim_start_matches('/').to_owned())
        .filter(|name| !name.is_empty())
        .min_by_key(|name| name.contains('/'))
}

/// As `docker ps` shortens an id.
fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}

fn port(summary: &PortSummary) -> Port {
    Port {
        private: summary.private_port,
        protocol: protocol(summary.protocol.as_deref().unwrap_or_default()),
        public: summary.public_port.filter(|port| *port != 0),
        ip: ip(&summary.ip),
    }
}

/// The transport of this name; engines leave out TCP's.
pub(crate) fn protocol(name: &str) -> Protocol {
    match name {
        "" | "tcp" => Protocol::Tcp,
        "udp" => Protocol::Udp,
        _ => Protocol::Other,
    }
}

fn ip(text: &Option<String>) -> Option<IpAddr> {
    text.as_deref()?.parse().ok()
}

/// Engines before 29 tell a container's health only in the text of `docker ps`.
fn health(said: Option<answer::Health>, text: &str) -> Health {
    match said.and_then(|health| health.status).as_deref() {
        Some("unhealthy") => Health::Unhealthy,
        Some("starting") => Health::Starting,
        Some("healthy") => Health::Healthy,
        _ if text.contains("(unhealthy)") => Health::Unhealthy,
        _ if text.contains("(health: starting)") => Health::Starting,
        _ => Health::Healthy,
    }
}

#[cfg(test)]
mod tests;
