//! The kernel's tables in, this host's own addresses out.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use tether_runtime::machine::in_rootless_netns;
use tracing::debug;

use super::facts::Local;

/// This host's current addresses. What cannot be read is left out. `with_interfaces` asks for the
/// addresses of all interfaces, which takes a millisecond or two: each container adds one.
pub(crate) fn read(with_interfaces: bool) -> Local {
    let interfaces = if with_interfaces {
        interfaces()
    } else {
        Vec::new()
    };
    Local {
        interfaces,
        default_route: default_route(),
        in_rootless_netns: in_rootless_netns(),
    }
}

fn interfaces() -> Vec<(String, IpAddr)> {
    let interfaces = if_addrs::get_if_addrs().unwrap_or_else(|error| {
        debug!(%error, "cannot read this host's addresses");
        Vec::new()
    });
    let interfaces = interfaces.into_iter();
    interfaces
        .map(|interface| (interface.ip(), interface.name))
        .map(|(ip, name)| (name, ip))
        .collect()
}

/// The address from which this host would speak to the world. Nothing is sent: connecting a UDP
/// socket only asks the kernel for a route.
fn default_route() -> Option<IpAddr> {
    // Documentation addresses: no route but the default one can be meant.
    let v4: (SocketAddr, SocketAddr) = (
        (Ipv4Addr::UNSPECIFIED, 0).into(),
        (Ipv4Addr::new(192, 0, 2, 1), 9).into(),
    );
    let v6 = (
        (Ipv6Addr::UNSPECIFIED, 0).into(),
        (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1), 9).into(),
    );
    [v4, v6].into_iter().find_map(|(any, far)| {
        let socket = UdpSocket::bind(any).ok()?;
        socket.connect(far).ok()?;
        Some(socket.local_addr().ok()?.ip())
    })
}

#[cfg(test)]
mod tests;
