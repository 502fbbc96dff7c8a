//! Engines and links, and the addresses in the route set.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

use super::*;
use crate::docker::{Attachment, Container, Health, Port};

/// A container in a bridge network, published at `public`.
fn container(name: &str, address: &str, public: u16) -> Container {
    Container {
        id: name.to_owned(),
        name: name.to_owned(),
        labels: BTreeMap::from([("traefik.enable".to_owned(), "true".to_owned())]),
        ports: vec![Port {
            private: 80,
            protocol: Protocol::Tcp,
            public: Some(public),
            ip: Some(Ipv4Addr::UNSPECIFIED.into()),
        }],
        network: NetworkMode::Own,
        attachments: vec![Attachment {
            network: "shop".to_owned(),
            addresses: vec![address.parse().unwrap()],
            gateways: vec!["172.18.0.1".parse().unwrap()],
        }],
        health: Health::Healthy,
        created: 0,
        ..Container::default()
    }
}

/// The address of the container `web` beside one at `172.18.0.5` that publishes 3000.
#[track_caller]
fn check(local: &str, hub: &str, observed: Option<&str>, expected: &str) {
    let containers = vec![
        container("other", "172.18.0.5", 3000),
        container("web", "172.18.0.6", 8080),
    ];
    let engine = Engine {
        endpoint: "unix:///docker.sock".to_owned(),
        listed: true,
        containers: Arc::new(containers),
        ..Engine::default()
    };
    let link = Link {
        local: local.parse().unwrap(),
        hub: hub.parse().unwrap(),
        observed: observed.map(|ip| ip.parse().unwrap()),
        same_netns: None,
    };
    let config = AgentConfig::new("http://hub", "unix:///docker.sock").unwrap();
    let local = LocalAddresses {
        default_route: Some("10.9.9.9".parse().unwrap()),
        ..LocalAddresses::default()
    };
    let routes = routes(&config, &[engine], &[None, Some(link)], &local);
    assert_eq!(routes.engines[0].endpoint, "unix:///docker.sock");
    assert_eq!(routes.engines[0].containers[1].choices[0].address, expected);
}

#[test]
fn addresses_of_containers_and_of_their_networks_do_not_count() {
    check("10.0.0.7", "10.0.0.1:3000", None, "10.0.0.7");
    check("172.18.0.5", "10.0.0.1:3000", Some("10.0.0.8"), "10.0.0.8");
    check("172.18.0.1", "172.18.0.5:3000", None, "10.9.9.9");
}

#[test]
fn a_hub_at_loopback_says_nothing_of_this_hosts_address() {
    check("127.0.0.1", "127.0.0.1:3001", None, "10.9.9.9");
}
