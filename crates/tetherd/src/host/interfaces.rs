//! Reads this host's addresses from the kernel.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use tether_runtime::machine::in_rootless_netns;
use tracing::debug;

use super::facts::LocalAddresses;

/// Documentation addresses, which only the default route can lead to.
const FAR_V4: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
const FAR_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);

/// The file with this machine's name.
const KERNEL_HOST_NAME: &str = "/proc/sys/kernel/hostname";

/// Any port does: nothing is sent.
const FAR_PORT: u16 = 9;

/// This host's current addresses. What cannot be read is left out. `with_interfaces` asks for the
/// addresses of all interfaces, which takes a millisecond or two: each container adds one.
pub(crate) fn read(with_interfaces: bool) -> LocalAddresses {
    let interfaces = if with_interfaces {
        interfaces()
    } else {
        Vec::new()
    };
    LocalAddresses {
        interfaces,
        machine: machine_name(),
        default_route: default_route(),
        in_rootless_netns: in_rootless_netns(),
    }
}

/// The machine's name according to the kernel; empty if it is not known. In a container it is the
/// start of the container's id, unless that has the host's network.
pub(crate) fn machine_name() -> String {
    let name = std::fs::read_to_string(KERNEL_HOST_NAME).unwrap_or_default();
    name.trim().to_owned()
}

fn interfaces() -> Vec<(String, IpAddr)> {
    let interfaces = if_addrs::get_if_addrs().unwrap_or_else(|error| {
        debug!(%error, "cannot read this host's addresses");
        Vec::new()
    });
    interfaces
        .into_iter()
        .map(|interface| {
            let ip = interface.ip();
            (interface.name, ip)
        })
        .collect()
}

/// The source address of the default route. Connecting a UDP socket sends nothing: it only makes
/// the kernel choose a route.
fn default_route() -> Option<IpAddr> {
    let source = |any: IpAddr, far: IpAddr| {
        let socket = UdpSocket::bind(SocketAddr::new(any, 0)).ok()?;
        socket.connect(SocketAddr::new(far, FAR_PORT)).ok()?;
        Some(socket.local_addr().ok()?.ip())
    };
    source(Ipv4Addr::UNSPECIFIED.into(), FAR_V4.into())
        .or_else(|| source(Ipv6Addr::UNSPECIFIED.into(), FAR_V6.into()))
}

#[cfg(test)]
mod tests;
