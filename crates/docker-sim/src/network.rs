//! One network as the engine keeps it, and the ids of everything.

use std::net::Ipv4Addr;

/// A network that containers can be in.
pub(crate) struct Network {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) driver: &'static str,
    /// `172.17.0.0/16` for the first with addresses, and so on.
    subnet: u32,
    given: u32,
}

/// The place of one running container in a network.
pub(crate) struct Endpoint {
    pub(crate) id: String,
    /// Networks `host` and `none` give none.
    pub(crate) ip: Option<Ipv4Addr>,
}

impl Network {
    /// The network of this engine that was made as the `number`th.
    pub(crate) fn new(engine: &str, name: &str, driver: &'static str, number: usize) -> Self {
        let id = hex_id(engine, "network", number as u64);
        // `host` and `none` come between the bridge and all others.
        let subnet = if number == 0 { 17 } else { 15 + number as u32 };
        Self {
            name: name.to_owned(),
            id,
            driver,
            subnet,
            given: 0,
        }
    }

    /// The address of its gateway.
    pub(crate) fn gateway(&self) -> Ipv4Addr {
        self.address(1)
    }

    /// A place in the network for a container.
    pub(crate) fn endpoint(&mut self, container: &str) -> Endpoint {
        // Begins anew when all of the subnet were given once.
        self.given = self.given % 65_000 + 1;
        let ip = (self.driver == "bridge").then(|| self.address(self.given + 1));
        Endpoint {
            id: hex_id(container, &self.name, u64::from(self.given)),
            ip,
        }
    }

    fn address(&self, host: u32) -> Ipv4Addr {
        Ipv4Addr::from((172 << 24) + ((self.subnet << 16) + host) % (1 << 24))
    }
}

/// 64 hex digits that are always the same for the same words, and as good as never for others.
pub(crate) fn hex_id(owner: &str, kind: &str, number: u64) -> String {
    // FNV-1a over the words, then SplitMix64 from there.
    let words = owner
        .bytes()
        .chain([0])
        .chain(kind.bytes())
        .chain(number.to_le_bytes());
    let mut seed = words.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
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
