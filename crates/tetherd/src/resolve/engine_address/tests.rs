use std::sync::Arc;

use super::*;
use crate::docker::{Attachment, Container, Reach};

/// The outcome for an engine of this host name at `peer`, for an agent on a machine of this name.
fn outcome(reach: Reach, engine: &str, machine: &str, is_sole: bool) -> String {
    let container = Container {
        id: "0123456789abcdef".to_owned(),
        attachments: vec![Attachment {
            network: "proxy".to_owned(),
            addresses: vec![IpAddr::from([172, 18, 0, 3])],
            gateways: vec![IpAddr::from([172, 18, 0, 1])],
        }],
        ..Container::default()
    };
    let engine = Engine {
        endpoint: "tcp://engine:2375".to_owned(),
        reach,
        name: Some(engine.to_owned()),
        containers: Arc::new(vec![container]),
        ..Engine::default()
    };
    let mut facts = Facts {
        allow_loopback: true,
        host_ip: Some("10.0.0.7".parse().unwrap()),
        ..Facts::default()
    };
    facts.local.machine = machine.to_owned();
    let here = crate::host::choose(&facts);
    let (facts, address) = of_engine(&engine, &facts, &here, is_sole);
    match &*address {
        Ok(address) => format!("{} {}", address.host, facts.allow_loopback),
        Err(why) => why.clone(),
    }
}

fn at(peer: [u8; 4], is_own: bool) -> Reach {
    Reach {
        stated: None,
        peer: Some(peer.into()),
        is_own,
    }
}

#[test]
fn an_engine_is_where_its_machine_is() {
    let far = at([192, 0, 2, 20], false);
    assert_eq!(
        outcome(far.clone(), "far", "agent", false),
        "192.0.2.20 false"
    );
    assert_eq!(
        outcome(far.clone(), "far", "agent", true),
        "10.0.0.7 true",
        "--host-ip"
    );
    let stated = Reach {
        stated: Some("nas.lan".parse().unwrap()),
        ..far
    };
    assert_eq!(outcome(stated, "far", "agent", true), "nas.lan false");
    let socket = outcome(Reach::default(), "far", "agent", false);
    assert_eq!(socket, "10.0.0.7 true");
}

#[test]
fn a_proxy_in_a_container_of_the_engine_is_on_its_machine() {
    for peer in [[172, 18, 0, 3], [172, 18, 0, 1]] {
        let found = outcome(at(peer, false), "host", "0123456789ab", false);
        assert_eq!(found, "10.0.0.7 true", "{peer:?}");
    }
}

#[test]
fn what_is_behind_a_tunnel_is_not_guessed() {
    let tunnel = at([127, 0, 0, 1], true);
    for machine in ["host", "0123456789ab"] {
        let found = outcome(tunnel.clone(), "host", machine, false);
        assert_eq!(found, "10.0.0.7 true", "{machine}");
    }
    for machine in ["agent", "", "0123"] {
        let found = outcome(tunnel.clone(), "host", machine, false);
        assert!(found.contains("tcp://engine:2375#ADDRESS"), "{found}");
    }
}
