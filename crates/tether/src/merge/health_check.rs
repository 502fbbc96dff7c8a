//! The port of a health check that a service has on all of its servers.

use serde_json::Value;
use traefik_config::{Code, Key, Problem};

use crate::compile::MergedServer;

/// The most servers that a message names.
const SERVERS_SHOWN: usize = 3;

/// Where a health check finds its port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CheckPort {
    /// At the written one.
    AsWritten,
    /// At this one, on all servers.
    At(u16),
    /// Nowhere, or at different ones. Traefik has one port for all servers, and another one there
    /// may be a stranger's.
    Unusable,
}

impl CheckPort {
    /// The port for these servers.
    pub(super) fn of<'a>(servers: impl IntoIterator<Item = &'a MergedServer>) -> Self {
        let mut ports = servers.into_iter().map(|server| server.health_port);
        let Some(first) = ports.next() else {
            return Self::AsWritten;
        };
        match first {
            _ if !ports.all(|port| port == first) => Self::Unusable,
            None => Self::AsWritten,
            Some(0) => Self::Unusable,
            Some(port) => Self::At(port),
        }
    }

    /// Corrects the health check of a service, or removes it.
    pub(super) fn apply(self, service: &mut Value) {
        let balancer = service.get_mut("loadBalancer");
        let Some(balancer) = balancer.and_then(Value::as_object_mut) else {
            return;
        };
        let check = balancer.get_mut("healthCheck");
        let Some(written) = check.and_then(|check| check.get_mut("port")) else {
            return;
        };
        match self {
            Self::AsWritten => {}
            Self::At(port) => *written = port.into(),
            Self::Unusable => {
                balancer.remove("healthCheck");
            }
        }
    }
}

/// The problem of a service whose servers have the port at different places; none if there is no
/// such, or if no server has it, which its agents say.
pub(super) fn problem(key: &Key, servers: &[MergedServer]) -> Option<Problem> {
    let is_known = servers.iter().any(|server| server.health_port != Some(0));
    if !is_known || CheckPort::of(servers) != CheckPort::Unusable {
        return None;
    }
    let mut places: Vec<String> = servers
        .iter()
        .take(SERVERS_SHOWN)
        .map(|server| {
            let place = match server.health_port {
                None => "unchanged".to_owned(),
                Some(0) => "not at all".to_owned(),
                Some(port) => port.to_string(),
            };
            format!("{place} for {}", server.address)
        })
        .collect();
    if servers.len() > SERVERS_SHOWN {
        places.push(format!("{} more", servers.len() - SERVERS_SHOWN));
    }
    let message = format!(
        "{key} is served without its health check, since the check's port is published differently \
         ({}): publish it as the same port on each host, or remove it from the labels",
        places.join(", ")
    );
    Some(Problem::warning(Code::HealthCheckPort, message))
}
