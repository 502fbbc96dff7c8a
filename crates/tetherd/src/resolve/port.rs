//! Chooses the port of a container that a service uses.

use std::collections::BTreeSet;

use traefik_config::Code;

use crate::docker::{Port, Protocol};

/// At most this many published ports are listed in a message.
const LISTED_PORTS: usize = 6;

/// A published port of a container.
pub(super) struct PublishedPort {
    /// The port inside the container.
    pub(super) private: u16,
    /// Its bindings on the host, at least one.
    pub(super) bindings: Vec<Port>,
    /// Why this one; "as PORT" completes it.
    pub(super) reason: String,
}

/// Why there is no port, and what to do.
pub(super) struct PortError {
    /// The kind of problem.
    pub(super) code: Code,
    /// The cause and the remedy.
    pub(super) message: String,
}

/// The published port that the label names (`wanted`), else the one that is meant without a label.
/// A wrong port in a label is never replaced by another.
pub(super) fn published(
    ports: &[Port],
    protocol: Protocol,
    wanted: Option<u16>,
) -> Result<PublishedPort, PortError> {
    let ports = ports.iter().filter(|port| port.protocol == protocol);
    let ports: Vec<Port> = ports.copied().collect();
    match wanted {
        Some(wanted) => named(&ports, protocol, wanted),
        None => unnamed(&ports, protocol),
    }
}

/// The port with this number, inside the container or else on the host.
fn named(ports: &[Port], protocol: Protocol, wanted: u16) -> Result<PublishedPort, PortError> {
    let inside = bindings(ports, wanted);
    if !inside.is_empty() {
        return Ok(PublishedPort {
            private: wanted,
            bindings: inside,
            reason: format!("the label names port {wanted}, published"),
        });
    }
    let on_host = ports.iter().filter(|port| port.public == Some(wanted));
    let on_host: Vec<Port> = on_host.copied().collect();
    let privates: BTreeSet<u16> = on_host.iter().map(|port| port.private).collect();
    match privates.first() {
        None => Err(PortError {
            code: Code::UnpublishedPort,
            message: format!(
                "{} port {wanted} is not published ({}): publish it (-p {wanted}) or correct the \
                 label",
                name(protocol),
                list(ports)
            ),
        }),
        Some(&private) if privates.len() == 1 => Ok(PublishedPort {
            private,
            bindings: on_host,
            reason: format!("the label names port {private} by its number on the host, published"),
        }),
        Some(_) => Err(PortError {
            code: Code::NoPort,
            message: format!(
                "port {wanted} of the host leads to several ports of the container ({}): name one \
                 of these in the label",
                list(ports)
            ),
        }),
    }
}

/// The only published port, else the lowest exposed one if it is published.
fn unnamed(ports: &[Port], protocol: Protocol) -> Result<PublishedPort, PortError> {
    let published = ports.iter().filter(|port| port.public.is_some());
    let published: BTreeSet<u16> = published.map(|port| port.private).collect();
    let lowest_exposed = ports.iter().map(|port| port.private).min();
    let (private, reason) = match (published.first(), lowest_exposed) {
        (None, _) => {
            return Err(PortError {
                code: Code::NoPort,
                message: format!(
                    "the container publishes no {} port: publish the one to use (-p PORT)",
                    name(protocol)
                ),
            });
        }
        (Some(&only), _) if published.len() == 1 => (
            only,
            format!("no label names a port, and only {only} is published,"),
        ),
        (Some(_), Some(lowest)) if published.contains(&lowest) => (
            lowest,
            format!("no label names a port, and {lowest} is the lowest exposed port, published"),
        ),
        (Some(_), _) => {
            return Err(PortError {
                code: Code::NoPort,
                message: format!(
                    "the container has several ports ({}), and the lowest exposed one is not \
                     published: name one in the label …loadbalancer.server.port",
                    list(ports)
                ),
            });
        }
    };
    Ok(PublishedPort {
        private,
        bindings: bindings(ports, private),
        reason,
    })
}

/// True if a port that could be meant is published.
pub(super) fn is_published(ports: &[Port], protocol: Protocol, wanted: Option<u16>) -> bool {
    ports.iter().any(|port| {
        let is_meant =
            wanted.is_none_or(|wanted| [Some(port.private), port.public].contains(&Some(wanted)));
        port.protocol == protocol && port.public.is_some() && is_meant
    })
}

/// The port of a container that is reached at an address of its own, and why this one. There all
/// exposed ports can be reached, so the choice is the same as Traefik's.
pub(super) fn exposed(
    ports: &[Port],
    protocol: Protocol,
    wanted: Option<u16>,
) -> Result<(u16, String), PortError> {
    if let Some(wanted) = wanted {
        let reason = format!("the label names port {wanted} of the container");
        return Ok((wanted, reason));
    }
    let exposed = ports.iter().filter(|port| port.protocol == protocol);
    let lowest = exposed.map(|port| port.private).min();
    let lowest = lowest.ok_or_else(|| PortError {
        code: Code::NoPort,
        message: format!(
            "the engine lists no exposed {} port of the container: name the one to use in the \
             label …loadbalancer.server.port",
            name(protocol)
        ),
    })?;
    let reason = format!("no label names a port, and {lowest} is the lowest exposed port");
    Ok((lowest, reason))
}

fn bindings(ports: &[Port], private: u16) -> Vec<Port> {
    let bindings = ports
        .iter()
        .filter(|port| port.private == private && port.public.is_some());
    bindings.copied().collect()
}

fn name(protocol: Protocol) -> &'static str {
    if protocol == Protocol::Udp {
        "UDP"
    } else {
        "TCP"
    }
}

fn list(ports: &[Port]) -> String {
    let mut pairs: Vec<String> = ports
        .iter()
        .filter_map(|port| Some(format!("{} as {}", port.private, port.public?)))
        .collect();
    pairs.dedup();
    if pairs.is_empty() {
        return "none is".to_owned();
    }
    let more = pairs.len().saturating_sub(LISTED_PORTS);
    pairs.truncate(LISTED_PORTS);
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!("published: {}{more}", pairs.join(", "))
}
