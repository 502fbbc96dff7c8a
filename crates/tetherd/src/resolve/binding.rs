//! Chooses the binding of a published port that the gateway uses.

use std::net::IpAddr;

use crate::docker::Port;
use crate::host::{Address, AddressSource, Facts, Host};

/// The host and port at which the gateway reaches a service.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ServerAddress {
    pub(super) host: Host,
    pub(super) port: u16,
    /// The container's own port, if the host publishes it as another one.
    pub(super) container_port: Option<u16>,
    /// Why there.
    pub(super) reason: String,
    /// Why it may not lead there, completing "port N …".
    pub(super) doubt: Option<String>,
}

/// The address of the binding that fits `address`, else of one that is reachable at an address of
/// its own; or why there is none, completing "port N …".
pub(super) fn choose(
    bindings: &[Port],
    address: &Address,
    facts: &Facts,
) -> Result<ServerAddress, String> {
    let mut candidates: Vec<(u8, Option<IpAddr>, u16, Reachability)> = bindings
        .iter()
        .filter_map(|binding| {
            let reachability = reachability(binding.ip, address, facts);
            Some((
                reachability.rank()?,
                binding.ip,
                binding.public?,
                reachability,
            ))
        })
        .collect();
    // Among equals the lowest, so that the engine's order does not matter.
    candidates.sort_by_key(|(rank, ip, port, _)| (*rank, *ip, *port));
    match candidates.first() {
        None => Err(why_none(bindings, address, facts)),
        Some(&(_, Some(ip), port, reachability)) if reachability.is_at_binding() => {
            Ok(ServerAddress {
                host: Host::Ip(ip),
                port,
                container_port: None,
                reason: format!("{ip} because the port is bound to it"),
                doubt: None,
            })
        }
        Some(&(_, bound, port, _)) => Ok(ServerAddress {
            host: address.host.clone(),
            port,
            container_port: None,
            reason: format!("{} because {}", address.host, address.reason),
            doubt: bound.and_then(|bound| doubt(bound, address, facts)),
        }),
    }
}

/// Why a port that is bound to one address of this host may not be reached at the address of the
/// settings, which is not this host's.
fn doubt(bound: IpAddr, address: &Address, facts: &Facts) -> Option<String> {
    let is_elsewhere = match &address.host {
        Host::Ip(ip) => *ip != bound && !facts.has(*ip),
        Host::Name(_) => false,
    };
    let is_set = address.source == AddressSource::Setting;
    (is_set && is_elsewhere && facts.has(bound)).then(|| {
        format!(
            "is bound to {bound} only, and --host-ip {} is no address of this host: it is reached \
             there only if a NAT leads from there to {bound}",
            address.host
        )
    })
}

fn why_none(bindings: &[Port], address: &Address, facts: &Facts) -> String {
    let ips = bindings.iter().filter_map(|binding| binding.ip);
    let ips: Vec<String> = ips.map(|ip| ip.to_string()).collect();
    let ips = ips.join(" and ");
    let is_hidden =
        |binding: &Port| reachability(binding.ip, address, facts) == Reachability::Hidden;
    if bindings.iter().any(is_hidden) {
        format!(
            "is published at {ips} only, which a gateway on another host cannot reach: publish it \
             on an address of this host (-p HOSTPORT:PORT), or set TETHERD_ALLOW_LOOPBACK if \
             Traefik runs on this host"
        )
    } else {
        format!(
            "is published at {ips} only, which is not of the same IP version as this host's address \
             {}: publish it for both, or set another address with the label tether.address",
            address.host
        )
    }
}

/// How a gateway reaches a binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reachability {
    /// At the host's address.
    HostAddress,
    /// At the address it is bound to, of the same IP version as the host's.
    BoundAddress,
    /// At the address it is bound to, of the other IP version.
    BoundAddressOfOtherVersion,
    /// Not at all: it is of another IP version than the address that must be used.
    OtherVersion,
    /// Not from another host.
    Hidden,
}

impl Reachability {
    /// Lower is better; none if it cannot be reached.
    fn rank(self) -> Option<u8> {
        match self {
            Self::HostAddress => Some(0),
            Self::BoundAddress => Some(1),
            Self::BoundAddressOfOtherVersion => Some(2),
            Self::OtherVersion | Self::Hidden => None,
        }
    }

    fn is_at_binding(self) -> bool {
        matches!(self, Self::BoundAddress | Self::BoundAddressOfOtherVersion)
    }
}

fn reachability(bound: Option<IpAddr>, address: &Address, facts: &Facts) -> Reachability {
    let Some(bound) = bound else {
        return Reachability::HostAddress;
    };
    let is_same_version = match &address.host {
        Host::Ip(ip) => ip.is_ipv4() == bound.is_ipv4(),
        Host::Name(_) => true,
    };
    let at_host = if is_same_version {
        Reachability::HostAddress
    } else {
        Reachability::OtherVersion
    };
    let at_binding = if is_same_version {
        Reachability::BoundAddress
    } else {
        Reachability::BoundAddressOfOtherVersion
    };
    if bound.is_unspecified() {
        return at_host;
    }
    let is_local = bound.is_loopback() || facts.container_networks.contains(&bound);
    match address.source {
        AddressSource::Host if !is_local => at_binding,
        // Between its own addresses a host forwards nothing.
        AddressSource::Setting if is_another_own(bound, address, facts) => at_binding,
        AddressSource::Setting | AddressSource::Label if !is_local => at_host,
        // Whatever the host's address is, such a port is only at the address it is bound to.
        AddressSource::Host | AddressSource::Setting
            if is_loopback(&address.host) || facts.gateway_is_here() =>
        {
            at_binding
        }
        AddressSource::Label if is_loopback(&address.host) => at_host,
        AddressSource::Host | AddressSource::Setting | AddressSource::Label => Reachability::Hidden,
    }
}

/// True if this host has both the address of a port and another one for the gateway.
fn is_another_own(bound: IpAddr, address: &Address, facts: &Facts) -> bool {
    let is_local = bound.is_loopback() || facts.container_networks.contains(&bound);
    match &address.host {
        Host::Ip(ip) => !is_local && *ip != bound && facts.has(*ip) && facts.has(bound),
        Host::Name(_) => false,
    }
}

fn is_loopback(host: &Host) -> bool {
    match host {
        Host::Ip(ip) => ip.is_loopback(),
        Host::Name(name) => name.eq_ignore_ascii_case("localhost"),
    }
}
