//! What is known of this host's addresses in, the one to advertise and the reason out.

use std::collections::BTreeSet;
use std::net::IpAddr;

use tether_runtime::machine::is_engine_interface;

use super::facts::{Facts, Link};
use super::host_name::Host;

/// The address that the gateway is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The address.
    pub host: Host,
    /// Who chose it.
    pub source: AddressSource,
    /// Why this one; completes "ADDRESS because …".
    pub reason: String,
}

/// Who chose an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressSource {
    /// It was found on this host: a port that is bound to another one is reached at that.
    Host,
    /// `--host-ip`: it stands even where a port is bound to another.
    Setting,
    /// A container's label: as [`AddressSource::Setting`], and nothing takes its place.
    Label,
}

/// The address of this host, or one sentence about why there is none and what to do.
///
/// # Errors
/// If no known address could be reached by a gateway, or none is as the settings ask for.
pub fn choose(facts: &Facts) -> Result<Address, String> {
    if let Some(host) = &facts.said {
        return Ok(Address {
            host: host.clone(),
            source: AddressSource::Setting,
            reason: "--host-ip says so".into(),
        });
    }
    // Who names an interface or a network means no other.
    if facts.interface.is_some() || !facts.networks.is_empty() {
        return asked(facts);
    }
    guessed(facts)
}

/// The address that `--interface` or else `--cidr` asks for.
fn asked(facts: &Facts) -> Result<Address, String> {
    let mut refused = Vec::new();
    if let Some(name) = &facts.interface {
        let why = format!("it is the first address of the interface {name} (--interface)");
        // An alias such as eth0:1 is an address of eth0.
        let is_meant = |own: &str| own == name || own.split(':').next() == Some(name);
        match first(facts, |own, _| is_meant(own)) {
            Ok(ip) => return Ok(found(ip, why)),
            Err(faults) if !faults.is_empty() => {
                refused.push(format!(
                    "interface {name} (--interface): {}",
                    faults.join(", ")
                ));
            }
            Err(_) => {
                let names: BTreeSet<&str> = facts
                    .local
                    .interfaces
                    .iter()
                    .map(|(name, _)| name.as_str())
                    .collect();
                let names: Vec<&str> = names.into_iter().collect();
                refused.push(format!(
                    "there is no interface {name} with an address (--interface), but {}",
                    list(&names)
                ));
            }
        }
    }
    for network in &facts.networks {
        let why = format!("it is this host's address inside {network} (--cidr)");
        // A wide network may well hold those of the engine's bridges.
        match first(facts, |own, ip| {
            network.contains(&ip) && !is_engine_interface(own)
        }) {
            Ok(ip) => return Ok(found(ip, why)),
            Err(faults) if !faults.is_empty() => {
                refused.push(format!("inside {network} (--cidr): {}", faults.join(", ")));
            }
            Err(_) => {
                let own = facts.local.interfaces.iter();
                let own = own.filter(|(name, ip)| !ip.is_loopback() && !is_engine_interface(name));
                let own: Vec<String> = own.map(|(_, ip)| ip.to_string()).collect();
                let own: Vec<&str> = own.iter().map(String::as_str).collect();
                refused.push(format!(
                    "no address of this host is inside {network} (--cidr), it has {}",
                    list(&own)
                ));
            }
        }
    }
    Err(format!(
        "{}: correct the setting, or run the agent {} so that it sees this host's own addresses",
        refused.join("; "),
        facts.better_place()
    ))
}

/// The first of this host's addresses that is meant and can be reached, IPv4 before IPv6; else
/// what is wrong with those that are meant.
fn first(facts: &Facts, is_meant: impl Fn(&str, IpAddr) -> bool) -> Result<IpAddr, Vec<String>> {
    let meant = facts.local.interfaces.iter();
    let mut meant: Vec<IpAddr> = meant
        .filter(|(name, ip)| is_meant(name, *ip))
        .map(|(_, ip)| *ip)
        .collect();
    meant.sort_by_key(IpAddr::is_ipv6);
    let mut faults = Vec::new();
    for ip in meant {
        match fault(ip, true, facts) {
            None => return Ok(ip),
            Some(fault) => faults.push(format!("{ip} {fault}")),
        }
    }
    Err(faults)
}

/// The address that this host probably has for others.
fn guessed(facts: &Facts) -> Result<Address, String> {
    let mut refused = Vec::new();
    let mut consider = |ip: IpAddr, is_own: bool, what: &str, reason: &str| {
        let ip = ip.to_canonical();
        match fault(ip, is_own, facts) {
            None => Some(found(ip, reason.to_owned())),
            Some(fault) => {
                let line = format!("{what} {ip} {fault}");
                if !refused.contains(&line) {
                    refused.push(line);
                }
                None
            }
        }
    };
    if let Some(link) = facts.link {
        let own = "this end of the connection to the hub,";
        if let Some(address) = consider(link.local, true, own, &why_own(&link)) {
            return Ok(address);
        }
        let seen = "where the hub saw this agent come from,";
        let why = "the hub saw this agent come from there";
        if let Some(address) = link.observed.and_then(|ip| consider(ip, false, seen, why)) {
            return Ok(address);
        }
    }
    let route = "the address of the default route,";
    let why = "it is the address of this host's default route";
    let default = facts.local.default_route;
    if let Some(address) = default.and_then(|ip| consider(ip, true, route, why)) {
        return Ok(address);
    }
    // Last, since a Traefik in a container does not reach it, even if its hub is here.
    if let Some(link) = facts.link.filter(|_| facts.hub_is_here()) {
        let why = "the hub is on this host, which has no default route";
        return Ok(found(link.local.to_canonical(), why.to_owned()));
    }
    if refused.is_empty() {
        refused.push("there is no default route".to_owned());
    }
    Err(format!(
        "no address of this host is known that a gateway could reach ({}): set TETHERD_HOST_IP, \
         or run the agent {}",
        refused.join("; "),
        facts.better_place()
    ))
}

/// Why this end of a connection counts, and that the hub has seen another one, if so.
fn why_own(link: &Link) -> String {
    let why = "it is this host's end of its connection to the hub";
    match link.observed.map(|ip| ip.to_canonical()) {
        Some(seen) if seen != link.local.to_canonical() => {
            format!("{why} (which saw {seen}: if the gateway is beyond a NAT, set TETHERD_HOST_IP)")
        }
        Some(_) | None => why.to_owned(),
    }
}

fn found(ip: IpAddr, reason: String) -> Address {
    Address {
        host: Host::Ip(ip),
        source: AddressSource::Host,
        reason,
    }
}

/// Why an address, this process's own or not, says nothing about how to reach this host from
/// another.
fn fault(ip: IpAddr, is_own: bool, facts: &Facts) -> Option<&'static str> {
    let on_one_link = match ip {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    };
    if ip.is_loopback() {
        Some("is loopback")
    } else if ip.is_unspecified() || ip.is_multicast() {
        Some("is no host's address")
    } else if on_one_link {
        Some("counts on one link only")
    } else if facts.container_networks.contains(&ip) {
        Some("is inside a container network")
    } else if is_own && facts.in_rootless_netns {
        Some("is inside the network of an engine without root")
    } else {
        None
    }
}

fn list(names: &[&str]) -> String {
    if names.is_empty() {
        "none at all".to_owned()
    } else {
        names.join(", ")
    }
}

#[cfg(test)]
mod tests;
