//! The bindings of one port and this host's address in; the host and port to advertise out.

use std::net::IpAddr;

use crate::docker::Port;
use crate::host::{Address, AddressSource, Facts, Host};

/// Where the gateway reaches a published port.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ServerAddress {
    pub(super) host: Host,
    pub(super) port: u16,
    /// Why this address.
    pub(super) reason: String,
}

/// The binding that fits the address, else the one with a reachable address of its own; or why
/// there is none, completing "port N …".
pub(super) fn choose(
    bindings: &[Port],
    address: &Address,
    facts: &Facts,
) -> Result<ServerAddress, String> {
    let at_address = |port| ServerAddress {
        host: address.host.clone(),
        port,
        reason: format!("{} because {}", address.host, address.reason),
    };
    let mut candidates: Vec<(u8, Port, Reach)> = bindings
        .iter()
        .map(|binding| (*binding, reach(binding.ip, address, facts)))
        .filter_map(|(binding, reach)| Some((reach.rank()?, binding, reach)))
        .collect();
    // Of equal ones the lowest, so that nothing depends on the engine's order.
    candidates.sort_by_key(|(rank, binding, _)| (*rank, binding.ip, binding.public));
    if let Some((_, binding, reach)) = candidates.into_iter().next()
        && let Some(port) = binding.public
    {
        return Ok(match (reach, binding.ip) {
            (Reach::Itself | Reach::ItselfElsewhere, Some(ip)) => ServerAddress {
                host: Host::Ip(ip),
                port,
                reason: format!("{ip} because the port is bound to it"),
            },
            _ => at_address(port),
        });
    }
    let listed: Vec<String> = bindings
        .iter()
        .filter_map(|binding| binding.ip)
        .map(|ip| ip.to_string())
        .collect();
    let listed = listed.join(" and ");
    let hidden = bindings
        .iter()
        .any(|b| reach(b.ip, address, facts) == Reach::Hidden);
    Err(if hidden {
        format!(
            "is published at {listed} only, which a gateway on another host cannot reach: \
             publish it on an address of this host (-p HOSTPORT:PORT), or set \
             TETHERD_ALLOW_LOOPBACK if Traefik runs on this one"
        )
    } else {
        format!(
            "is published at {listed} only, of another family than this host's address {}: \
             publish it for both, or set another address with the label tether.address",
            address.host
        )
    })
}

/// How a binding is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// At this host's address.
    Address,
    /// At its own address, of the family of this host's address.
    Itself,
    /// At its own address, of the other family.
    ItselfElsewhere,
    /// It is of another family than the address that must be used.
    OtherFamily,
    /// Not from another host.
    Hidden,
}

impl Reach {
    /// The lower the better; none: not at all.
    fn rank(self) -> Option<u8> {
        match self {
            Self::Address => Some(0),
            Self::Itself => Some(1),
            Self::ItselfElsewhere => Some(2),
            Self::OtherFamily | Self::Hidden => None,
        }
    }
}

fn reach(bound: Option<IpAddr>, address: &Address, facts: &Facts) -> Reach {
    let Some(bound) = bound else {
        return Reach::Address;
    };
    let fits = match &address.host {
        Host::Ip(ip) => ip.is_ipv4() == bound.is_ipv4(),
        Host::Name(_) => true,
    };
    if bound.is_unspecified() {
        return if fits {
            Reach::Address
        } else {
            Reach::OtherFamily
        };
    }
    let itself = if fits {
        Reach::Itself
    } else {
        Reach::ItselfElsewhere
    };
    if bound.is_loopback() || facts.container_networks.contains(&bound) {
        let meant = match &address.host {
            Host::Ip(ip) => ip.is_loopback(),
            Host::Name(name) => name.eq_ignore_ascii_case("localhost"),
        };
        return match address.source {
            // Such a port is at no address but its own, whatever the agent was told of this host.
            AddressSource::Host | AddressSource::Setting if meant || facts.gateway_is_here() => {
                itself
            }
            AddressSource::Label if meant && fits => Reach::Address,
            AddressSource::Label if meant => Reach::OtherFamily,
            AddressSource::Host | AddressSource::Setting | AddressSource::Label => Reach::Hidden,
        };
    }
    match (address.source, fits) {
        (AddressSource::Host, _) => itself,
        (AddressSource::Setting | AddressSource::Label, true) => Reach::Address,
        (AddressSource::Setting | AddressSource::Label, false) => Reach::OtherFamily,
    }
}
