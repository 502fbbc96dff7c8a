//! Tells where this process runs: in a container, in which network namespace, since which boot.
//!
//! None of this changes while a process runs, so each fact is looked up once.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::LazyLock;

/// The interface through which slirp4netns and VPNKit connect the network namespace of a rootless
/// engine to the host.
pub const ROOTLESS_INTERFACE: &str = "tap0";

/// The files that Docker and Podman put into each of their containers.
const CONTAINER_MARKERS: [&str; 2] = ["/.dockerenv", "/run/.containerenv"];

/// The digits of the network id in the name of a Docker bridge.
const BRIDGE_ID_LEN: usize = 12;

/// True if this process runs in a container.
pub fn in_container() -> bool {
    static FOUND: LazyLock<bool> = LazyLock::new(|| {
        CONTAINER_MARKERS
            .iter()
            .any(|marker| Path::new(marker).exists())
    });
    *FOUND
}

/// True if this process is inside the network namespace of a rootless engine.
pub fn in_rootless_netns() -> bool {
    static FOUND: LazyLock<bool> = LazyLock::new(|| {
        let interfaces = std::fs::read_to_string("/proc/self/net/dev").unwrap_or_default();
        let mut names = interfaces.lines().filter_map(|line| line.split_once(':'));
        in_container() && names.any(|(name, _)| name.trim() == ROOTLESS_INTERFACE)
    });
    *FOUND
}

/// A name for the network namespace of this process that is unique across machines; none if the
/// kernel does not tell.
pub fn network_namespace() -> Option<&'static str> {
    static NAMESPACE: LazyLock<Option<String>> = LazyLock::new(|| {
        let namespace = std::fs::metadata("/proc/self/ns/net").ok()?;
        Some(format!("{}/{}", boot_id()?, namespace.ino()))
    });
    NAMESPACE.as_deref()
}

/// The kernel's id of the current boot; containers see it too.
pub fn boot_id() -> Option<String> {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(id.trim().to_owned())
}

/// True for the name of an interface that a container engine has created. Docker names a bridge
/// `br-` and twelve digits of the network's id; other names that start with `br-` are the user's.
pub fn is_engine_interface(name: &str) -> bool {
    let is_bridge_id =
        |id: &str| id.len() == BRIDGE_ID_LEN && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    name.strip_prefix("br-").is_some_and(is_bridge_id)
        || ["docker", "veth", "podman", "cni", "lxcbr"]
            .iter()
            .any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests;
