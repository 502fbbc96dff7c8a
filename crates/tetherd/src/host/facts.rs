//! Holds what is known of this host's addresses.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;

use super::host_name::Host;

/// The connection to each hub, in the order of the settings; without one, the last one.
pub type Links = Vec<Option<Link>>;

/// The addresses of a connection to a hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// This end.
    pub local: IpAddr,
    /// The hub's end.
    pub hub: SocketAddr,
    /// The address from which the hub sees it come; none if that address is of no use to others.
    pub observed: Option<IpAddr>,
    /// True if the hub is in the network namespace of this process; none if it does not tell.
    pub same_netns: Option<bool>,
}

/// This host's addresses according to the kernel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LocalAddresses {
    /// Each interface's name and address, in the kernel's order.
    pub interfaces: Vec<(String, IpAddr)>,
    /// This machine's name.
    pub machine: String,
    /// The source address of the default route: IPv4's if there is one, else IPv6's.
    pub default_route: Option<IpAddr>,
    /// True if this process is in the network namespace of a rootless engine.
    pub in_rootless_netns: bool,
}

/// All that is known of this host's addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The value of `--host-ip`.
    pub host_ip: Option<Host>,
    /// The value of `--interface`.
    pub interface: Option<String>,
    /// The value of `--cidr`.
    pub networks: Vec<IpNet>,
    /// The connection to the first hub that is or was connected.
    pub link: Option<Link>,
    /// This host's addresses according to the kernel.
    pub local: LocalAddresses,
    /// The addresses within the engines' networks: of containers, and of this host there.
    pub container_networks: BTreeSet<IpAddr>,
    /// The TCP ports that containers publish.
    pub published: BTreeSet<u16>,
    /// The value of `--allow-loopback`: the gateway is on this host.
    pub allow_loopback: bool,
    /// True if this process is in the network namespace of one of its engines, which is rootless:
    /// none of its own addresses is the host's.
    pub in_rootless_netns: bool,
}

impl Facts {
    /// True if an interface of this host has this address, as far as this process sees them.
    pub fn has(&self, ip: IpAddr) -> bool {
        let mut interfaces = self.local.interfaces.iter();
        interfaces.any(|(_, own)| *own == ip)
    }

    /// True if the gateway is known to be on this host, so that it can reach loopback addresses.
    pub fn gateway_is_here(&self) -> bool {
        self.allow_loopback || self.hub_is_here()
    }

    /// True if the hub is known to be on this host. A hub at a loopback address is, unless it
    /// reports another network namespace, as one behind a tunnel does, or a container publishes
    /// its port: a gateway beside that hub has its own loopback interface.
    pub(super) fn hub_is_here(&self) -> bool {
        self.link.is_some_and(|link| {
            link.hub.ip().to_canonical().is_loopback()
                && link.same_netns.unwrap_or(true)
                && !self.published.contains(&link.hub.port())
        })
    }

    /// How to run the agent so that it sees this host's own addresses.
    pub(super) fn better_network(&self) -> &'static str {
        if self.in_rootless_netns {
            "outside of a container"
        } else {
            "with network_mode: host"
        }
    }
}
