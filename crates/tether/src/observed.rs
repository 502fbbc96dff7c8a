//! Where an agent came from: the peer and the hub's own networks in, an address that the
//! gateway can use out.

use std::net::IpAddr;

use axum::http::HeaderMap;
use tether_runtime::machine::{ROOTLESS_INTERFACE, in_container, is_engine_interface};

/// Headers that tell of a proxy in front of the hub.
const FORWARDED: [&str; 6] = [
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
];

/// What is to be known of the hub's own networks.
#[derive(Debug, Clone, Default)]
pub struct Networks {
    /// The subnets that only containers are in: address and prefix length.
    containers: Vec<(IpAddr, u8)>,
}

impl Networks {
    /// Those of this machine now.
    pub fn here() -> Self {
        let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
        let interfaces = interfaces
            .into_iter()
            .map(|interface| match interface.addr {
                if_addrs::IfAddr::V4(v4) => (interface.name, IpAddr::V4(v4.ip), v4.prefixlen),
                if_addrs::IfAddr::V6(v6) => (interface.name, IpAddr::V6(v6.ip), v6.prefixlen),
            })
            .collect::<Vec<_>>();
        Self::of(&interfaces, in_container())
    }

    /// Engines call what they give a container eth0, eth1 and so on, or tap0 if they run without
    /// root and everybody then seems to come from there; whatever else is there came another way.
    /// A container that sees an engine's own interfaces has the host's network.
    fn of(interfaces: &[(String, IpAddr, u8)], in_container: bool) -> Self {
        let is_host = interfaces
            .iter()
            .any(|(name, ..)| is_engine_interface(name));
        let containers = interfaces
            .iter()
            .filter(|(name, ..)| match in_container && !is_host {
                true => name.starts_with("eth") || name == ROOTLESS_INTERFACE,
                false => is_engine_interface(name),
            })
            .map(|(_, ip, length)| (*ip, *length))
            .collect();
        Self { containers }
    }

    /// The address at which the gateway can reach the agent's host, if `peer` is one.
    pub fn observed(&self, peer: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
        let peer = peer.to_canonical();
        let hidden = peer.is_loopback()
            || peer.is_unspecified()
            || is_forwarded(headers)
            || self.containers.iter().any(|subnet| contains(*subnet, peer));
        (!hidden).then_some(peer)
    }
}

/// True if a proxy passed the request on, and says so.
pub fn is_forwarded(headers: &HeaderMap) -> bool {
    FORWARDED.iter().any(|name| headers.contains_key(*name))
}

fn contains((network, prefix): (IpAddr, u8), address: IpAddr) -> bool {
    match (network, address) {
        (IpAddr::V4(network), IpAddr::V4(address)) => {
            let shift = 32u32.saturating_sub(prefix.into());
            (u64::from(network.to_bits()) >> shift) == (u64::from(address.to_bits()) >> shift)
        }
        (IpAddr::V6(network), IpAddr::V6(address)) => {
            let shift = 128u32.saturating_sub(prefix.into());
            let cut = |bits: u128| bits.checked_shr(shift).unwrap_or(0);
            cut(network.to_bits()) == cut(address.to_bits())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_host_of_the_lan_is_seen_and_a_container_of_the_hubs_is_not() {
        let networks = Networks {
            containers: vec![(ip("172.18.0.1"), 16)],
        };
        let observed = |peer| networks.observed(ip(peer), &HeaderMap::new());
        assert_eq!(observed("192.168.1.20"), Some(ip("192.168.1.20")));
        assert_eq!(observed("::ffff:192.168.1.20"), Some(ip("192.168.1.20")));
        assert_eq!(observed("172.18.0.9"), None);
        assert_eq!(observed("127.0.0.1"), None);
        assert_eq!(observed("::1"), None);
    }

    #[test]
    fn an_engines_networks_are_told_from_the_others() {
        let seen = |names: &[(&str, &str)], in_container: bool, peer: &str| {
            let interfaces = names
                .iter()
                .map(|(name, address)| ((*name).to_owned(), ip(address), 24));
            let networks = Networks::of(&interfaces.collect::<Vec<_>>(), in_container);
            networks.observed(ip(peer), &HeaderMap::new()).is_some()
        };
        let bridged = [("lo", "127.0.0.1"), ("eth0", "172.18.0.2")];
        assert!(!seen(&bridged, true, "172.18.0.9"));
        assert!(seen(&bridged, true, "192.168.1.20"));
        // All that comes to a Podman without root comes from its own end, if it uses slirp4netns.
        let rootless = [("lo", "127.0.0.1"), ("tap0", "10.0.2.100")];
        assert!(!seen(&rootless, true, "10.0.2.100"));
        assert!(seen(&rootless, false, "10.0.2.101"));
        // A tunnel into a container is not the engine's.
        let tunnel = [("eth0", "172.18.0.2"), ("wg0", "10.9.0.1")];
        assert!(seen(&tunnel, true, "10.9.0.2"));
        // In a container with the host's network the host's own is the LAN.
        let host = [
            ("eth0", "192.168.1.10"),
            ("docker0", "172.17.0.1"),
            ("br-0123456789ab", "172.18.0.1"),
            ("br-lan", "10.0.0.1"),
        ];
        for in_container in [true, false] {
            assert!(seen(&host, in_container, "192.168.1.20"));
            assert!(seen(&host, in_container, "10.0.0.20"));
            assert!(!seen(&host, in_container, "172.17.0.5"));
            assert!(!seen(&host, in_container, "172.18.0.5"));
        }
    }

    #[test]
    fn behind_a_proxy_nothing_is_known() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "10.0.0.1".parse().unwrap());
        assert_eq!(
            Networks::default().observed(ip("192.168.1.20"), &headers),
            None
        );
    }

    #[test]
    fn a_subnet_of_every_length_is_compared() {
        assert!(contains((ip("10.1.2.3"), 32), ip("10.1.2.3")));
        assert!(!contains((ip("10.1.2.3"), 32), ip("10.1.2.4")));
        assert!(contains((ip("10.1.2.3"), 0), ip("1.2.3.4")));
        assert!(contains((ip("fd00::1"), 64), ip("fd00::2")));
        assert!(!contains((ip("fd00::1"), 64), ip("fd01::2")));
        assert!(contains((ip("fd00::1"), 0), ip("fe80::2")));
    }
}
