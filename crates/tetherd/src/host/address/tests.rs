//! Facts about a host → the address and its reason.

use super::super::facts::LocalAddresses;
use super::*;

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn link(local: &str, hub: &str, observed: Option<&str>) -> Option<Link> {
    Some(Link {
        local: ip(local),
        hub: hub.parse().unwrap(),
        observed: observed.map(ip),
        same_netns: None,
    })
}

/// These, and the hub says whether it is in this network namespace.
fn same_netns(mut facts: Facts, is_same: bool) -> Facts {
    if let Some(link) = &mut facts.link {
        link.same_netns = Some(is_same);
    }
    facts
}

fn route(source: &str) -> LocalAddresses {
    LocalAddresses {
        default_route: Some(ip(source)),
        ..LocalAddresses::default()
    }
}

/// A host with a network card of both families, a tunnel, and Docker.
fn several() -> Facts {
    let interfaces = [
        ("lo", "127.0.0.1"),
        ("eth0", "10.0.0.7"),
        ("wg0:1", "10.9.0.7"),
        ("docker0", "172.17.0.9"),
        ("br-0123456789ab", "172.18.0.1"),
        ("br-lan", "172.20.0.7"),
        ("lo", "::1"),
        ("eth0", "fe80::7"),
        ("eth0", "fd00::7"),
        ("tun6", "fe80::8"),
        ("tun6", "2001:db8::8"),
        ("usb0", "169.254.0.7"),
    ];
    let interfaces = interfaces.map(|(name, address)| (name.to_owned(), ip(address)));
    Facts {
        local: LocalAddresses {
            interfaces: interfaces.into(),
            default_route: Some(ip("10.0.0.7")),
            ..LocalAddresses::default()
        },
        ..Facts::default()
    }
}

#[track_caller]
fn check(facts: Facts, expected: &str) {
    let networks = ["172.17.0.1", "172.18.0.5"].map(ip);
    let facts = Facts {
        container_networks: networks.into(),
        ..facts
    };
    let found = match choose(&facts) {
        Ok(address) => format!("{}: {}", address.host, address.reason),
        Err(error) => error,
    };
    assert_eq!(found, expected);
}

#[test]
fn what_is_said_stands() {
    check(
        Facts {
            host_ip: Some("worker.lan".parse().unwrap()),
            link: link("10.0.0.7", "10.0.0.1:3000", None),
            ..Facts::default()
        },
        "worker.lan: --host-ip is set",
    );
}

#[test]
fn then_the_own_end_of_the_connection() {
    check(
        Facts {
            link: link("10.0.0.7", "10.0.0.1:3000", Some("1.2.3.4")),
            local: route("192.168.1.7"),
            ..Facts::default()
        },
        "10.0.0.7: it is this host's end of its connection to the hub (which sees it as 1.2.3.4: if the \
         gateway is beyond a NAT, set TETHERD_HOST_IP)",
    );
    check(
        Facts {
            link: link(
                "::ffff:10.0.0.7",
                "[::ffff:10.0.0.1]:3000",
                Some("10.0.0.7"),
            ),
            ..Facts::default()
        },
        "10.0.0.7: it is this host's end of its connection to the hub",
    );
}

#[test]
fn an_agent_in_a_bridge_network_is_where_the_hub_saw_it() {
    check(
        Facts {
            link: link("172.18.0.5", "10.0.0.1:3000", Some("10.0.0.7")),
            local: route("172.18.0.5"),
            ..Facts::default()
        },
        "10.0.0.7: the hub sees this agent at that address",
    );
}

#[test]
fn a_hub_at_loopback_is_reached_there_only_if_nothing_else_will_do() {
    let here = Facts {
        link: link("127.0.0.1", "127.0.0.1:3000", None),
        ..Facts::default()
    };
    check(
        Facts {
            local: route("10.0.0.7"),
            ..here.clone()
        },
        "10.0.0.7: it is the address of this host's default route",
    );
    check(
        here.clone(),
        "127.0.0.1: the hub is on this host, which has no default route",
    );
    let nowhere = "found no address of this host that a gateway could reach (this end of the \
                   connection to the hub, 127.0.0.1 is a loopback address): set TETHERD_HOST_IP, or run the \
                   agent with network_mode: host";
    // Published by a container: what stands beside that hub has a loopback of its own.
    check(
        Facts {
            published: [3000].into(),
            ..here.clone()
        },
        nowhere,
    );
    // At the far end of a tunnel.
    check(same_netns(here, false), nowhere);
}

#[test]
fn no_address_says_what_was_tried() {
    check(
        Facts {
            link: link("172.18.0.5", "172.18.0.2:3000", None),
            local: route("172.18.0.5"),
            ..Facts::default()
        },
        "found no address of this host that a gateway could reach (this end of the \
         connection to the hub, 172.18.0.5 is inside a container network; the address of the \
         default route, 172.18.0.5 is inside a container network): set TETHERD_HOST_IP, or \
         run the agent with network_mode: host",
    );
    check(
        Facts {
            link: link("fe80::1", "[fe80::2]:3000", None),
            ..Facts::default()
        },
        "found no address of this host that a gateway could reach (this end of the \
         connection to the hub, fe80::1 is link-local): set TETHERD_HOST_IP, or \
         run the agent with network_mode: host",
    );
}

#[test]
fn an_interface_gives_its_first_address_that_counts() {
    let asked = |name: &str| Facts {
        interface: Some(name.to_owned()),
        link: link("10.0.0.7", "10.0.0.1:3000", None),
        ..several()
    };
    check(
        asked("eth0"),
        "10.0.0.7: it is the first address of the interface eth0 (--interface)",
    );
    check(
        asked("wg0"),
        "10.9.0.7: it is the first address of the interface wg0 (--interface)",
    );
    check(
        asked("tun6"),
        "2001:db8::8: it is the first address of the interface tun6 (--interface)",
    );
    let remedy = ": correct the setting, or run the agent with network_mode: host so that it \
                  sees this host's own addresses";
    // Another address would be a guess, and perhaps in a network that must not be used.
    check(
        asked("usb0"),
        &format!("interface usb0 (--interface): 169.254.0.7 is link-local{remedy}"),
    );
    check(
        asked("eth9"),
        &format!(
            "there is no interface eth9 with an address (--interface), but br-0123456789ab, \
             br-lan, docker0, eth0, lo, tun6, usb0, wg0:1{remedy}"
        ),
    );
    // An agent in a bridge network has an eth0 too.
    let mut inside = asked("eth0");
    inside.local.interfaces = vec![("eth0".to_owned(), ip("172.18.0.5"))];
    check(
        inside,
        &format!("interface eth0 (--interface): 172.18.0.5 is inside a container network{remedy}"),
    );
}

#[test]
fn a_network_gives_this_hosts_address_inside_it() {
    let asked = |networks: &[&str]| Facts {
        networks: networks.iter().map(|text| text.parse().unwrap()).collect(),
        ..several()
    };
    check(
        asked(&["10.9.0.0/16", "10.0.0.0/8"]),
        "10.9.0.7: it is this host's address inside 10.9.0.0/16 (--cidr)",
    );
    check(
        asked(&["192.168.0.0/16", "fd00::/8"]),
        "fd00::7: it is this host's address inside fd00::/8 (--cidr)",
    );
    // Neither of the engine's bridges, though they are inside.
    check(
        asked(&["172.16.0.0/12"]),
        "172.20.0.7: it is this host's address inside 172.16.0.0/12 (--cidr)",
    );
    let mut both = asked(&["10.0.0.0/24"]);
    both.interface = Some("wg9".to_owned());
    check(
        both,
        "10.0.0.7: it is this host's address inside 10.0.0.0/24 (--cidr)",
    );
    check(
        asked(&["192.168.0.0/16"]),
        "no address of this host is inside 192.168.0.0/16 (--cidr), it has 10.0.0.7, \
         10.9.0.7, 172.20.0.7, fe80::7, fd00::7, fe80::8, 2001:db8::8, 169.254.0.7: correct \
         the setting, or run the agent with network_mode: host so that it sees this host's \
         own addresses",
    );
}

#[test]
fn a_gateway_on_this_host_is_known_by_the_hub_or_by_what_is_said() {
    let here = |hub: &str| Facts {
        link: link("127.0.0.1", hub, None),
        published: [3000].into(),
        ..Facts::default()
    };
    assert!(here("127.0.0.1:3001").gateway_is_here());
    assert!(!here("127.0.0.1:3000").gateway_is_here());
    assert!(same_netns(here("127.0.0.1:3001"), true).gateway_is_here());
    assert!(!same_netns(here("127.0.0.1:3001"), false).gateway_is_here());
    // An agent within the network of the hub's container.
    assert!(!same_netns(here("127.0.0.1:3000"), true).gateway_is_here());
    assert!(!same_netns(here("10.0.0.1:3000"), true).gateway_is_here());
    let said = Facts {
        allow_loopback: true,
        ..here("10.0.0.1:3001")
    };
    assert!(said.gateway_is_here());
}
