//! Sets up the networks around an engine's machine, and the words for its addresses.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use crate::harness::{Engine, Hub, ip};

/// The network between this machine and the engine's.
pub(super) struct Place {
    /// The words for addresses in a scene.
    pub(super) words: BTreeMap<&'static str, String>,
    /// The features of the kernel.
    pub(super) has: BTreeSet<String>,
}

impl Place {
    /// Gives both ends of the cable a second network and IPv6, and reads the kernel's features.
    pub(super) fn lay(engine: &Engine, hub: &Hub) -> Result<Self> {
        let machine = &engine.machine;
        let [_, _, number, _] = machine.address.octets();
        let cable = format!("tether{number}");
        let lan = format!("198.19.{number}");
        let (six, near) = (
            format!("fd00:198:{number}::2"),
            format!("fd00:198:{number}::1"),
        );
        ip(&["addr", "add", &format!("{lan}.1/24"), "dev", &cable])?;
        machine.ip(&["addr", "add", &format!("{lan}.2/24"), "dev", "eth0"])?;
        let mut has = BTreeSet::new();
        // Without the check for duplicates the addresses can be used at once.
        let ipv6 =
            ip(&["addr", "add", &format!("{near}/64"), "dev", &cable, "nodad"]).and_then(|()| {
                machine.ip(&["addr", "add", &format!("{six}/64"), "dev", "eth0", "nodad"])
            });
        if ipv6.is_ok() {
            has.insert("ipv6".to_owned());
        }
        let probe = ["link", "add", "probe0", "link", "eth0", "type", "macvlan"];
        if machine.ip(&probe).is_ok() {
            machine.ip(&["link", "delete", "probe0"])?;
            has.insert("macvlan".to_owned());
        }
        let words = BTreeMap::from([
            ("host", machine.address.to_string()),
            ("second", format!("{lan}.2")),
            ("lan", lan),
            ("host6", six),
            ("other6", near),
            ("port", hub.port.to_string()),
        ]);
        Ok(Self { words, has })
    }
}
