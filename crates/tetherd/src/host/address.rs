//! Chooses the address of this host that the gateway uses, with the reason.

use std::collections::BTreeSet;
use std::net::IpAddr;

use tether_runtime::machine::is_engine_interface;

use super::facts::{Facts, Link};
use super::host_name::Host;

/// An address for the gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The address.
    pub host: Host,
    /// How it was found.
    pub source: AddressSource,
    /// Why it is used; completes "ADDRESS because …".
    pub reason: String,
}

/// How an address was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressSource {
    /// On this host. A port that is bound to another address is reached there.
    Host,
    /// By `--host-ip`. It is used even where a port is bound to another address.
    Setting,
    /// By a container's label. As [`AddressSource::Setting`], and nothing takes its place.
    Label,
}

/// The address of this host, or one sentence about why there is none and what to do.
///
/// # Errors
/// If a gateway could reach no known address, or no address is as the settings ask for.
pub fn choose(facts: &Facts) -> Result<Address, String> {
    if let Some(host) = &facts.host_ip {
        return Ok(Address {
            host: host.clone(),
            source: AddressSource::Setting,
            reason: "--host-ip is set".into(),
        });
    }
    // A named interface or network excludes all others.
    if facts.interface.is_some() || !facts.networks.is_empty() {
        return configured(facts);
    }
    guessed(facts)
}

/// The address that `--interface` or else `--cidr` asks for.
fn configured(facts: &Facts) -> Result<Address, String> {
    let mut errors = Vec::new();
    if let Some(name) = &facts.interface {
        match on_interface(name, facts) {
            Ok(address) => return Ok(address),
            Err(error) => errors.push(error),
        }
    }
    for network in &facts.networks {
        match inside_network(network, facts) {
            Ok(address) => return Ok(address),
            Err(error) => errors.push(error),
        }
    }
    Err(format!(
        "{}: correct the setting, or run the agent {} so that it sees this host's own addresses",
        errors.join("; "),
        facts.better_network()
    ))
}

/// The first usable address of an interface.
fn on_interface(name: &str, facts: &Facts) -> Result<Address, String> {
    // An alias such as eth0:1 is an address of eth0.
    let is_meant = |own: &str| own == name || own.split(':').next() == Some(name);
    match first_usable(facts, |own, _| is_meant(own)) {
        Ok(ip) => Ok(found(
            ip,
            format!("it is the first address of the interface {name} (--interface)"),
        )),
        Err(unusable) if unusable.is_empty() => {
            let interfaces = facts.local.interfaces.iter();
            let names: BTreeSet<&str> = interfaces.map(|(name, _)| name.as_str()).collect();
            Err(format!(
                "there is no interface {name} with an address (--interface), but {}",
                list(names)
            ))
        }
        Err(unusable) => Err(format!(
            "interface {name} (--interface): {}",
            unusable.join(", ")
        )),
    }
}

/// The first usable address inside a network. A wide network may contain the engine's bridges,
/// whose addresses are not meant.
fn inside_network(network: &ipnet::IpNet, facts: &Facts) -> Result<Address, String> {
    let is_meant = |own: &str, ip: IpAddr| network.contains(&ip) && !is_engine_interface(own);
    match first_usable(facts, is_meant) {
        Ok(ip) => Ok(found(
            ip,
            format!("it is this host's address inside {network} (--cidr)"),
        )),
        Err(unusable) if unusable.is_empty() => {
            let interfaces = facts.local.interfaces.iter();
            let own =
                interfaces.filter(|(name, ip)| !ip.is_loopback() && !is_engine_interface(name));
            let own: Vec<String> = own.map(|(_, ip)| ip.to_string()).collect();
            Err(format!(
                "no address of this host is inside {network} (--cidr), it has {}",
                list(own.iter().map(String::as_str))
            ))
        }
        Err(unusable) => Err(format!(
            "inside {network} (--cidr): {}",
            unusable.join(", ")
        )),
    }
}

/// The first usable one of this host's addresses that are meant, IPv4 before IPv6; else why each
/// of these is unusable.
fn first_usable(
    facts: &Facts,
    is_meant: impl Fn(&str, IpAddr) -> bool,
) -> Result<IpAddr, Vec<String>> {
    let interfaces = facts.local.interfaces.iter();
    let mut meant: Vec<IpAddr> = interfaces
        .filter(|(name, ip)| is_meant(name, *ip))
        .map(|(_, ip)| *ip)
        .collect();
    meant.sort_by_key(IpAddr::is_ipv6);
    let mut unusable = Vec::new();
    for ip in meant {
        match unusable_because(ip, true, facts) {
            None => return Ok(ip),
            Some(why) => unusable.push(format!("{ip} {why}")),
        }
    }
    Err(unusable)
}

/// The address that this host probably has for others.
fn guessed(facts: &Facts) -> Result<Address, String> {
    let mut unusable = Vec::new();
    let mut consider = |ip: IpAddr, is_own: bool, what: &str, reason: &str| {
        let ip = ip.to_canonical();
        let Some(why) = unusable_because(ip, is_own, facts) else {
            return Some(found(ip, reason.to_owned()));
        };
        let line = format!("{what} {ip} {why}");
        if !unusable.contains(&line) {
            unusable.push(line);
        }
        None
    };
    if let Some(link) = facts.link {
        let what = "this end of the connection to the hub,";
        if let Some(address) = consider(link.local, true, what, &local_end_reason(&link)) {
            return Ok(address);
        }
        let what = "the agent's address as seen by the hub,";
        let reason = "the hub sees this agent at that address";
        let observed = link.observed;
        if let Some(address) = observed.and_then(|ip| consider(ip, false, what, reason)) {
            return Ok(address);
        }
    }
    let what = "the address of the default route,";
    let reason = "it is the address of this host's default route";
    let default_route = facts.local.default_route;
    if let Some(address) = default_route.and_then(|ip| consider(ip, true, what, reason)) {
        return Ok(address);
    }
    // Last, since a Traefik in a container does not reach it, even if its hub is on this host.
    if let Some(link) = facts.link.filter(|_| facts.hub_is_here()) {
        let reason = "the hub is on this host, which has no default route";
        return Ok(found(link.local.to_canonical(), reason.to_owned()));
    }
    if unusable.is_empty() {
        unusable.push("there is no default route".to_owned());
    }
    Err(format!(
        "found no address of this host that a gateway could reach ({}): set TETHERD_HOST_IP, or \
         run the agent {}",
        unusable.join("; "),
        facts.better_network()
    ))
}

/// Why the local end of a connection is used, with the address that the hub sees if that differs.
fn local_end_reason(link: &Link) -> String {
    let reason = "it is this host's end of its connection to the hub";
    match link.observed.map(|ip| ip.to_canonical()) {
        Some(seen) if seen != link.local.to_canonical() => format!(
            "{reason} (which sees it as {seen}: if the gateway is beyond a NAT, set TETHERD_HOST_IP)"
        ),
        Some(_) | None => reason.to_owned(),
    }
}

fn found(ip: IpAddr, reason: String) -> Address {
    Address {
        host: Host::Ip(ip),
        source: AddressSource::Host,
        reason,
    }
}

/// Why other hosts cannot reach this host at an address; `is_own` if this process has it.
fn unusable_because(ip: IpAddr, is_own: bool, facts: &Facts) -> Option<&'static str> {
    let is_link_local = match ip {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    };
    if ip.is_loopback() {
        Some("is a loopback address")
    } else if ip.is_unspecified() || ip.is_multicast() {
        Some("is not the address of a host")
    } else if is_link_local {
        Some("is link-local")
    } else if facts.container_networks.contains(&ip) {
        Some("is inside a container network")
    } else if is_own && facts.in_rootless_netns {
        Some("is inside the network of a rootless engine")
    } else {
        None
    }
}

fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    if names.is_empty() {
        "none at all".to_owned()
    } else {
        names.join(", ")
    }
}

#[cfg(test)]
mod tests;
