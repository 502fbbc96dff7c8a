//! Facts about the machine that runs the tests.

use super::*;

#[test]
fn interfaces_of_engines_are_told_from_others() {
    for name in ["docker0", "veth12ab", "br-0123456789ab", "cni0"] {
        assert!(is_engine_interface(name), "{name}");
    }
    for name in ["eth0", "br-lan", "br-0123456789", "tap0", "wg0"] {
        assert!(!is_engine_interface(name), "{name}");
    }
}

#[test]
fn a_network_namespace_has_one_name() {
    assert_eq!(network_namespace(), network_namespace());
}
