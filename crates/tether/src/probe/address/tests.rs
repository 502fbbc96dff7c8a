use super::*;

#[test]
fn only_hosts_are_tried() {
    let cases = [
        ("10.0.0.7", None),
        ("192.168.1.4", None),
        ("203.0.113.9", None),
        ("100.64.0.1", None),
        ("127.0.0.1", None),
        ("::1", None),
        ("fd12::7", None),
        ("2001:db8::1", None),
        ("::ffff:10.0.0.7", None),
        ("64:ff9b::a00:7", None),
        ("169.254.169.254", Some(NotTried::LinkLocal)),
        ("169.254.0.1", Some(NotTried::LinkLocal)),
        ("fe80::1", Some(NotTried::LinkLocal)),
        ("febf::1", Some(NotTried::LinkLocal)),
        ("::ffff:169.254.169.254", Some(NotTried::LinkLocal)),
        ("::169.254.169.254", Some(NotTried::LinkLocal)),
        ("64:ff9b::a9fe:a9fe", Some(NotTried::LinkLocal)),
        ("2002:a9fe:a9fe::1", Some(NotTried::LinkLocal)),
        ("fd00:ec2::254", Some(NotTried::Metadata)),
        ("fd20:ce::254", Some(NotTried::Metadata)),
        ("100.100.100.200", Some(NotTried::Metadata)),
        ("192.0.0.192", Some(NotTried::Metadata)),
        ("168.63.129.16", Some(NotTried::Metadata)),
        ("0.0.0.0", Some(NotTried::NoHost)),
        ("0.1.2.3", Some(NotTried::NoHost)),
        ("255.255.255.255", Some(NotTried::NoHost)),
        ("224.0.0.1", Some(NotTried::NoHost)),
        ("::", Some(NotTried::NoHost)),
        ("ff02::1", Some(NotTried::NoHost)),
    ];
    for (address, expected) in cases {
        assert_eq!(
            denied(address.parse().unwrap(), true),
            expected,
            "{address}"
        );
    }
}

#[test]
fn the_loopback_of_another_network_namespace_is_not_the_gateways() {
    for address in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
        let address = address.parse().unwrap();
        assert_eq!(denied(address, false), Some(NotTried::Loopback));
        assert_eq!(denied(address, true), None);
    }
}
