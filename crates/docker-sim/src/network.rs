//! Allocates the addresses of a network, and ids of networks, containers and images.

use std::net::Ipv4Addr;

/// A network that containers can join.
pub(crate) struct Network {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) driver: &'static str,
    /// `172.17.0.0/16` for the first with addresses, and so on.
    subnet: u32,
    allocated: u32,
}

/// A running container's endpoint in a network.
pub(crate) struct Endpoint {
    pub(crate) id: String,
    /// None in the networks `host` and `none`.
    pub(crate) ip: Option<Ipv4Addr>,
}

impl Network {
    /// The network that this engine created as its `number`th.
    pub(crate) fn new(engine: &str, name: &str, driver: &'static str, number: usize) -> Self {
        let id = hex_id(engine, "network", number as u64);
        // `host` and `none` have numbers between the bridge and all others.
        let subnet = if number == 0 { 17 } else { 15 + number as u32 };
        Self {
            name: name.to_owned(),
            id,
            driver,
            subnet,
            allocated: 0,
        }
    }

    /// The gateway's address.
    pub(crate) fn gateway(&self) -> Ipv4Addr {
        self.address(1)
    }

    /// Allocates an endpoint for a container.
    pub(crate) fn endpoint(&mut self, container: &str) -> Endpoint {
        // Starts again once the subnet is used up.
        self.allocated = self.allocated % 65_000 + 1;
        let ip = (self.driver == "bridge").then(|| self.address(self.allocated + 1));
        Endpoint {
            id: hex_id(container, &self.name, u64::from(self.allocated)),
            ip,
        }
    }

    fn address(&self, host: u32) -> Ipv4Addr {
        Ipv4Addr::from((172 << 24) + ((self.subnet << 16) + host) % (1 << 24))
    }
}

/// Derives 64 hex digits from the arguments: equal for equal arguments, unique in practice.
pub(crate) fn hex_id(owner: &str, kind: &str, number: u64) -> String {
    // The FNV-1a hash of the arguments seeds SplitMix64.
    let bytes = owner
        .bytes()
        .chain([0])
        .chain(kind.bytes())
        .chain(number.to_le_bytes());
    let mut seed = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut next = || {
        seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    };
    (0..4).map(|_| format!("{:016x}", next())).collect()
}
