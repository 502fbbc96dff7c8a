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

/// Why there is none, and what to do.
pub(super) struct Fault {
    pub(super) code: Code,
    pub(super) message: String,
}

/// So many published ports are named in a message.
const NAMED: usize = 6;

/// The port that `wanted` names, else the one that is meant without a name. A port that is
/// wrong is never replaced by another.
pub(super) fn choose(
    ports: &[Port],
    protocol: Protocol,
    wanted: Option<u16>,
) -> Result<Found, Fault> {
    let ports: Vec<Port> = ports.iter().filter(|port| port.protocol == protocol).copied().collect();
    let of = |private: u16| -> Vec<Port> {
        let bindings = ports.iter().filter(|port| port.private == private && port.public.is_some());
        bindings.copied().collect()
    };
    let found = |private: u16, reason: String| Found { private, bindings: of(private), reason };
    let published: BTreeSet<u16> =
        ports.iter().filter(|port| port.public.is_some()).map(|port| port.private).collect();

    if let Some(wanted) = wanted {
        if published.contains(&wanted) {
            return Ok(found(wanted, format!("the label asks for port {wanted}, published")));
        }
        let at_host: Vec<Port> =
            ports.iter().filter(|port| port.public == Some(wanted)).copied().collect();
        if let Some(first) = at_host.first() {
            let reason = format!("the label asks for port {} by its number on the host, published", first.private);
            return Ok(Found { private: first.private, bindings: at_host, reason });
        }
        return Err(Fault {
            code: Code::UnpublishedPort,
            message: format!(
                "{} port {wanted} is not published; {}: publish it (-p {wanted}) or correct the \
                 label",
                word(protocol),
                list(&ports)
            ),
        });
    }
    let exposed = ports.iter().map(|port| port.private).min();
    match (published.len(), exposed) {
        (1, _) => {
            let only = published.into_iter().next().unwrap_or_default();
            Ok(found(only, format!("no port is asked for, and only {only} is published,")))
        }
        (2.., Some(lowest)) if published.contains(&lowest) => Ok(found(
            lowest,
            format!("no port is asked for, and {lowest} is the lowest that is exposed, published"),
        )),
        (0, _) => Err(Fault {
            code: Code::NoPort,
            message: format!(
                "the container publishes no {} port: publish the one to use (-p PORT)",
                word(protocol)
            ),
        }),
        _ => Err(Fault {
            code: Code::NoPort,
            message: format!(
                "several ports could be meant ({}), and the lowest that is exposed is not \
                 published: name one in the label …loadbalancer.server.port",
                list(&ports)
            ),
        }),
    }
}

fn word(protocol: Protocol) -> &'static str {
    if protocol == Protocol::Udp { "UDP" } else { "TCP" }
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
        return "no port is".to_owned();
    }
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("published: {}{more}", pairs.join(", "))
}
