//! The interfaces of this machine.

use super::*;

#[test]
fn every_machine_has_loopback() {
    let loopback = IpAddr::from(Ipv4Addr::LOCALHOST);
    assert!(interfaces().iter().any(|(_, ip)| *ip == loopback));
}
