//! What is known of this host's addresses in, the one to advertise and the reason out.

use std::collections::BTreeSet;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

/// An IP address or a host name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Host {
    /// An address.
    Ip(IpAddr),
    /// A name that the gateway can look up.
    Name(String),
}

/// A connection to a hub, as far as it tells how to reach this host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// This end of it.
    pub local: IpAddr,
    /// The hub's end.
    pub hub: SocketAddr,
    /// Where the hub saw it come from, if that says anything.
    pub observed: Option<IpAddr>,
}

/// All that is known of this host's addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// What `--host-ip` says.
    pub said: Option<Host>,
    /// The connection to the first hub that is or was connected.
    pub link: Option<Link>,
    /// The source address of the default route: IPv4's if there is one, else IPv6's.
    pub default_route: Option<IpAddr>,
    /// The addresses within the engines' own networks: the containers', and this host's there.
    pub container_networks: BTreeSet<IpAddr>,
    /// The TCP ports that containers publish.
    pub published: BTreeSet<u16>,
}

/// The address that the gateway is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The address.
    pub host: Host,
    /// True if somebody wrote it down: it then stands even where a port is bound to another.
    pub said: bool,
    /// Why this one; completes "ADDRESS because …".
    pub reason: String,
}

/// The address of this host, or one sentence about why there is none and what to do.
///
/// # Errors
/// If no known address could be reached by a gateway.
pub fn choose(facts: &Facts) -> Result<Address, String> {
    if let Some(host) = &facts.said {
        return Ok(Address {
            host: host.clone(),
            said: true,
            reason: "--host-ip says so".into(),
        });
    }
    let mut refused = Vec::new();
    let mut consider = |ip: IpAddr, what: &str, reason: &str| {
        let ip = ip.to_canonical();
        match fault(ip, &facts.container_networks) {
            None => Some(Address {
                host: Host::Ip(ip),
                said: false,
                reason: reason.to_owned(),
            }),
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
        if link.hub.ip().to_canonical().is_loopback() && !facts.published.contains(&link.hub.port())
        {
            return Ok(Address {
                host: Host::Ip(link.local.to_canonical()),
                said: false,
                reason: "the hub is on this host and was reached at it".into(),
            });
        }
        let own = "this end of the connection to the hub,";
        let why = "it is this host's end of its connection to the hub";
        if let Some(address) = consider(link.local, own, why) {
            return Ok(address);
        }
        let seen = "where the hub saw this agent come from,";
        let why = "the hub saw this agent come from there";
        if let Some(address) = link.observed.and_then(|ip| consider(ip, seen, why)) {
            return Ok(address);
        }
    }
    let route = "the address of the default route,";
    let why = "it is the address of this host's default route";
    if let Some(address) = facts.default_route.and_then(|ip| consider(ip, route, why)) {
        return Ok(address);
    }
    if refused.is_empty() {
        refused.push("there is no default route".to_owned());
    }
    Err(format!(
        "no address of this host is known that a gateway could reach ({}): set TETHERD_HOST_IP, \
         or run the agent with network_mode: host",
        refused.join("; ")
    ))
}

/// Why an address says nothing about how to reach this host from another.
fn fault(ip: IpAddr, container_networks: &BTreeSet<IpAddr>) -> Option<&'static str> {
    if ip.is_loopback() {
        Some("is loopback")
    } else if ip.is_unspecified() || ip.is_multicast() {
        Some("is no host's address")
    } else if matches!(ip, IpAddr::V6(ip) if ip.is_unicast_link_local()) {
        Some("counts on one link only")
    } else if container_networks.contains(&ip) {
        Some("is inside a container network")
    } else {
        None
    }
}

impl Host {
    /// The host as it stands in a URL: IPv6 in brackets.
    pub fn in_url(&self) -> String {
        match self {
            Self::Ip(IpAddr::V6(ip)) => format!("[{ip}]"),
            Self::Ip(ip) => ip.to_string(),
            Self::Name(name) => name.clone(),
        }
    }
}

impl FromStr for Host {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let bare = text
            .strip_prefix('[')
            .and_then(|text| text.strip_suffix(']'))
            .unwrap_or(text);
        if let Ok(ip) = bare.parse::<IpAddr>() {
            if ip.is_unspecified() {
                return Err(format!(
                    "`{text}` is no address that anybody can connect to"
                ));
            }
            return Ok(Self::Ip(ip));
        }
        let good = |part: &str| {
            (1..=63).contains(&part.len())
                && part
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        // A name of digits alone is a mistyped IPv4 address.
        let named = text.len() <= 253
            && text.trim_end_matches('.').split('.').all(good)
            && text.bytes().any(|b| b.is_ascii_alphabetic());
        if named {
            Ok(Self::Name(text.trim_end_matches('.').to_owned()))
        } else {
            Err(format!("`{text}` is neither an IP address nor a host name"))
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(ip) => ip.fmt(f),
            Self::Name(name) => f.write_str(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn link(local: &str, hub: &str, observed: Option<&str>) -> Option<Link> {
        Some(Link {
            local: ip(local),
            hub: hub.parse().unwrap(),
            observed: observed.map(ip),
        })
    }

    #[track_caller]
    fn check(facts: Facts, expected: &str) {
        let networks = ["172.17.0.1", "172.18.0.5"].map(ip);
        let facts = Facts {
            container_networks: networks.into(),
            ..facts
        };
        let found = match choose(&facts) {
            Ok(address) => format!("{}: {}", address.host, address.reason),
            Err(error) => error,
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_said_stands() {
        check(
            Facts {
                said: Some("worker.lan".parse().unwrap()),
                link: link("10.0.0.7", "10.0.0.1:3000", None),
                ..Facts::default()
            },
            "worker.lan: --host-ip says so",
        );
    }

    #[test]
    fn then_the_own_end_of_the_connection() {
        check(
            Facts {
                link: link("10.0.0.7", "10.0.0.1:3000", Some("1.2.3.4")),
                default_route: Some(ip("192.168.1.7")),
                ..Facts::default()
            },
            "10.0.0.7: it is this host's end of its connection to the hub",
        );
        check(
            Facts {
                link: link("::ffff:10.0.0.7", "[::ffff:10.0.0.1]:3000", None),
                ..Facts::default()
            },
            "10.0.0.7: it is this host's end of its connection to the hub",
        );
    }

    #[test]
    fn an_agent_in_a_bridge_network_is_where_the_hub_saw_it() {
        check(
            Facts {
                link: link("172.18.0.5", "10.0.0.1:3000", Some("10.0.0.7")),
                default_route: Some(ip("172.18.0.5")),
                ..Facts::default()
            },
            "10.0.0.7: the hub saw this agent come from there",
        );
    }

    #[test]
    fn a_hub_at_loopback_is_on_this_host() {
        let here = Facts {
            link: link("127.0.0.1", "127.0.0.1:3000", None),
            default_route: Some(ip("10.0.0.7")),
            ..Facts::default()
        };
        check(
            here.clone(),
            "127.0.0.1: the hub is on this host and was reached at it",
        );
        // Published by a container: what stands beside that hub has a loopback of its own.
        check(
            Facts {
                published: [3000].into(),
                ..here
            },
            "10.0.0.7: it is the address of this host's default route",
        );
    }

    #[test]
    fn no_address_says_what_was_tried() {
        check(
            Facts {
                link: link("172.18.0.5", "172.18.0.2:3000", None),
                default_route: Some(ip("172.18.0.5")),
                ..Facts::default()
            },
            "no address of this host is known that a gateway could reach (this end of the \
             connection to the hub, 172.18.0.5 is inside a container network; the address of the \
             default route, 172.18.0.5 is inside a container network): set TETHERD_HOST_IP, or \
             run the agent with network_mode: host",
        );
        check(
            Facts {
                link: link("fe80::1", "[fe80::2]:3000", None),
                ..Facts::default()
            },
            "no address of this host is known that a gateway could reach (this end of the \
             connection to the hub, fe80::1 counts on one link only): set TETHERD_HOST_IP, or \
             run the agent with network_mode: host",
        );
    }

    #[test]
    fn hosts() {
        let host = |text: &str| text.parse::<Host>().map(|host| host.in_url());
        assert_eq!(host("10.0.0.1").unwrap(), "10.0.0.1");
        assert_eq!(host("[fd00::1]").unwrap(), "[fd00::1]");
        assert_eq!(host("fd00::1").unwrap(), "[fd00::1]");
        assert_eq!(host("nas_1.lan.").unwrap(), "nas_1.lan");
        for wrong in [
            "",
            "10.0.0.256",
            "a b",
            "http://x",
            "x:80",
            "a..b",
            "0.0.0.0",
            "::",
        ] {
            assert!(host(wrong).is_err(), "{wrong}");
        }
    }
}
