//! A container's ports and the one that a label asks for in, the bindings to choose from out.

use std::collections::BTreeSet;

use traefik_config::Code;

use crate::docker::{Port, Protocol};

/// A port of the container with its bindings on the host.
pub(super) struct Found {
    /// The port within the container.
    pub(super) private: u16,
    /// Its bindings, at least one.
    pub(super) bindings: Vec<Port>,
    /// Why this one; "as PORT" completes it.
    pub(super) reason: String,
}

/// So many published ports are named in a message.
const NAMED: usize = 6;

/// The port that `wanted` names, else the one that is meant without a name; or why there is none
/// and what to do. A port that is wrong is never replaced by another.
pub(super) fn choose(
    ports: &[Port],
    protocol: Protocol,
    wanted: Option<u16>,
) -> Result<Found, (Code, String)> {
    let ports: Vec<Port> = ports
        .iter()
        .filter(|port| port.protocol == protocol)
        .copied()
        .collect();
    let of = |private: u16| -> Vec<Port> {
        let bindings = ports
            .iter()
            .filter(|port| port.private == private && port.public.is_some());
        bindings.copied().collect()
    };
    let found = |private: u16, reason: String| Found {
        private,
        bindings: of(private),
        reason,
    };
    let published: BTreeSet<u16> = ports
        .iter()
        .filter(|port| port.public.is_some())
        .map(|port| port.private)
        .collect();

    if let Some(wanted) = wanted {
        if published.contains(&wanted) {
            return Ok(found(
                wanted,
                format!("the label asks for port {wanted}, published"),
            ));
        }
        let at_host = || ports.iter().filter(|port| port.public == Some(wanted));
        let privates: BTreeSet<u16> = at_host().map(|port| port.private).collect();
        match privates.len() {
            0 => {}
            1 => {
                let private = privates.into_iter().next().unwrap_or_default();
                return Ok(Found {
                    private,
                    bindings: at_host().copied().collect(),
                    reason: format!(
                        "the label asks for port {private} by its number on the host, published"
                    ),
                });
            }
            _ => {
                return Err((
                    Code::NoPort,
                    format!(
                        "port {wanted} of the host leads to several ports of the container \
                         ({}): name one of these in the label",
                        list(&ports)
                    ),
                ));
            }
        }
        return Err((
            Code::UnpublishedPort,
            format!(
                "{} port {wanted} is not published ({}): publish it (-p {wanted}) or correct the \
                 label",
                word(protocol),
                list(&ports)
            ),
        ));
    }
    let exposed = ports.iter().map(|port| port.private).min();
    match (published.len(), exposed) {
        (1, _) => {
            let only = published.into_iter().next().unwrap_or_default();
            Ok(found(
                only,
                format!("no port is asked for, and only {only} is published,"),
            ))
        }
        (2.., Some(lowest)) if published.contains(&lowest) => Ok(found(
            lowest,
            format!("no port is asked for, and {lowest} is the lowest that is exposed, published"),
        )),
        (0, _) => Err((
            Code::NoPort,
            format!(
                "the container publishes no {} port: publish the one to use (-p PORT)",
                word(protocol)
            ),
        )),
        _ => Err((
            Code::NoPort,
            format!(
                "several ports could be meant ({}), and the lowest that is exposed is not \
                 published: name one in the label …loadbalancer.server.port",
                list(&ports)
            ),
        )),
    }
}

/// True if a port that could be meant is published.
pub(super) fn is_published(ports: &[Port], protocol: Protocol, wanted: Option<u16>) -> bool {
    ports.iter().any(|port| {
        let meant =
            wanted.is_none_or(|wanted| [Some(port.private), port.public].contains(&Some(wanted)));
        port.protocol == protocol && port.public.is_some() && meant
    })
}

/// The port of a container that is reached at an address of its own, and why this one. Whatever
/// is exposed can be reached there, so the choice is Traefik's own.
pub(super) fn within(
    ports: &[Port],
    protocol: Protocol,
    wanted: Option<u16>,
) -> Result<(u16, String), (Code, String)> {
    if let Some(wanted) = wanted {
        return Ok((
            wanted,
            format!("the label asks for port {wanted} of the container"),
        ));
    }
    let exposed = ports.iter().filter(|port| port.protocol == protocol);
    let lowest = exposed.map(|port| port.private).min();
    let lowest = lowest.ok_or_else(|| {
        let message = format!(
            "the engine names no {} port that the container exposes: name the one to use in the \
             label …loadbalancer.server.port",
            word(protocol)
        );
        (Code::NoPort, message)
    })?;
    Ok((
        lowest,
        format!("no port is asked for, and {lowest} is the lowest that the container exposes"),
    ))
}

fn word(protocol: Protocol) -> &'static str {
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
    let more = pairs.len().saturating_sub(NAMED);
    pairs.truncate(NAMED);
    if pairs.is_empty() {
        return "none is".to_owned();
    }
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!("published: {}{more}", pairs.join(", "))
}
