//! Decides which addresses the hub may connect to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::finding::NotTried;

/// Addresses outside the link-local ranges at which clouds serve a machine's credentials: Alibaba,
/// Oracle and Azure; AWS and Google.
const METADATA_V4: [Ipv4Addr; 3] = [
    Ipv4Addr::new(100, 100, 100, 200),
    Ipv4Addr::new(192, 0, 0, 192),
    Ipv4Addr::new(168, 63, 129, 16),
];
const METADATA_V6: [Ipv6Addr; 2] = [
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254),
];

/// The reason not to connect to this address; none if the hub may. The gateway's loopback is the
/// hub's own only if `same_loopback`.
pub(super) fn denied(address: IpAddr, same_loopback: bool) -> Option<NotTried> {
    match address {
        IpAddr::V4(v4) => denied_v4(v4, same_loopback),
        IpAddr::V6(v6) => match embedded(v6) {
            Some(v4) => denied_v4(v4, same_loopback),
            None => denied_v6(v6, same_loopback),
        },
    }
}

fn denied_v4(address: Ipv4Addr, same_loopback: bool) -> Option<NotTried> {
    if address.is_link_local() {
        Some(NotTried::LinkLocal)
    } else if METADATA_V4.contains(&address) {
        Some(NotTried::Metadata)
    } else if address.octets()[0] == 0 || address.is_multicast() || address.is_broadcast() {
        Some(NotTried::NoHost)
    } else if address.is_loopback() && !same_loopback {
        Some(NotTried::Loopback)
    } else {
        None
    }
}

fn denied_v6(address: Ipv6Addr, same_loopback: bool) -> Option<NotTried> {
    if address.is_unicast_link_local() {
        Some(NotTried::LinkLocal)
    } else if METADATA_V6.contains(&address) {
        Some(NotTried::Metadata)
    } else if address.is_unspecified() || address.is_multicast() {
        Some(NotTried::NoHost)
    } else if address.is_loopback() && !same_loopback {
        Some(NotTried::Loopback)
    } else {
        None
    }
}

/// The IPv4 address that packets to this address may end at: mapped, compatible, NAT64 or 6to4.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let v4 = |high: u16, low: u16| Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] => Some(v4(high, low)),
        // `::` and `::1` are addresses of their own.
        [0, 0, 0, 0, 0, 0, high, low] if high != 0 => Some(v4(high, low)),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(v4(high, low)),
        [0x2002, high, low, ..] => Some(v4(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
