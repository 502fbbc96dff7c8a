//! What is known of this host's addresses.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;

use super::host_name::Host;

/// The connection to each hub, in the order of the settings; the last one while there is none.
pub type Links = Vec<Option<Link>>;

/// A connection to a hub, as far as it tells how to reach this host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// This end of it.
    pub local: IpAddr,
    /// The hub's end.
    pub hub: SocketAddr,
    /// Where the hub saw it come from, if that says anything.
    pub observed: Option<IpAddr>,
    /// Whether the hub is in this network namespace; none if it does not say.
    pub same_netns: Option<bool>,
}

/// What the kernel says of this host's addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Local {
    /// Each address with its interface's name, in the kernel's order.
    pub interfaces: Vec<(String, IpAddr)>,
    /// The source address of the default route: IPv4's if there is one, else IPv6's.
    pub default_route: Option<IpAddr>,
    /// True if this process is in a container that has [`tether_runtime::machine::ROOTLESS_INTERFACE`].
    pub in_rootless_netns: bool,
}

/// All that is known of this host's addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// What `--host-ip` says.
    pub said: Option<Host>,
    /// What `--interface` says.
    pub interface: Option<String>,
    /// What `--cidr` says.
    pub networks: Vec<IpNet>,
    /// The connection to the first hub that is or was connected.
    pub link: Option<Link>,
    /// What the kernel says.
    pub local: Local,
    /// The addresses within the engines' own networks: the containers', and this host's there.
    pub container_networks: BTreeSet<IpAddr>,
    /// The TCP ports that containers publish.
    pub published: BTreeSet<u16>,
    /// What `--allow-loopback` says: the gateway is on this host.
    pub gateway_is_here: bool,
    /// True if this process is within the network of an engine without root's rights: no address
    /// of its own is the host's.
    pub in_rootless_netns: bool,
}

impl Facts {
    /// True if the gateway is known to be on this host, so that it reaches what others do not.
    pub fn gateway_is_here(&self) -> bool {
        self.gateway_is_here || self.hub_is_here()
    }

    /// How the agent would see this host's own addresses.
    pub(super) fn better_place(&self) -> &'static str {
        match self.in_rootless_netns {
            true => "outside of a container",
            false => "with network_mode: host",
        }
    }

    /// A hub at loopback is on this host, unless it says that it is not, as one at the end of a
    /// tunnel, or a container publishes its port: what stands beside that hub has a loopback of
    /// its own.
    pub(super) fn hub_is_here(&self) -> bool {
        self.link.is_some_and(|link| {
            link.hub.ip().to_canonical().is_loopback()
                && link.same_netns.unwrap_or(true)
                && !self.published.contains(&link.hub.port())
        })
    }
}
