//! Finds out whether the gateway can reach an agent at the address that it connects from.

use std::net::IpAddr;

use axum::http::HeaderMap;
use tether_runtime::machine::{ROOTLESS_INTERFACE, in_container, is_engine_interface};

use crate::serve::is_forwarded;

/// The networks of the hub's machine.
#[derive(Debug, Clone, Default)]
pub struct Networks {
    /// The subnets of containers: address and prefix length.
    containers: Vec<(IpAddr, u8)>,
}

impl Networks {
    /// The current networks of this machine.
    pub fn here() -> Self {
        let interfaces = if_addrs::get_if_addrs()
            .unwrap_or_default()
            .into_iter()
            .map(|interface| match interface.addr {
                if_addrs::IfAddr::V4(v4) => (interface.name, IpAddr::V4(v4.ip), v4.prefixlen),
                if_addrs::IfAddr::V6(v6) => (interface.name, IpAddr::V6(v6.ip), v6.prefixlen),
            })
            .collect::<Vec<_>>();
        Self::of(&interfaces, in_container())
    }

    /// Engines name a container's interfaces eth0, eth1 and so on, or tap0 if they run without root
    /// and all connections seem to come from it. Other interfaces have other purposes. A container
    /// that sees an engine's own interfaces is in the host's network.
    fn of(interfaces: &[(String, IpAddr, u8)], in_container: bool) -> Self {
        let is_host = interfaces
            .iter()
            .any(|(name, ..)| is_engine_interface(name));
        let containers = interfaces
            .iter()
            .filter(|(name, ..)| {
                if in_container && !is_host {
                    name.starts_with("eth") || name == ROOTLESS_INTERFACE
                } else {
                    is_engine_interface(name)
                }
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
mod tests;
