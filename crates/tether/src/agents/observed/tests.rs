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
    // With slirp4netns, all connections to a rootless Podman come from its own address.
    let rootless = [("lo", "127.0.0.1"), ("tap0", "10.0.2.100")];
    assert!(!seen(&rootless, true, "10.0.2.100"));
    assert!(seen(&rootless, false, "10.0.2.101"));
    // A tunnel into a container is not the engine's network.
    let tunnel = [("eth0", "172.18.0.2"), ("wg0", "10.9.0.1")];
    assert!(seen(&tunnel, true, "10.9.0.2"));
    // In the host's network eth0 is the LAN.
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
