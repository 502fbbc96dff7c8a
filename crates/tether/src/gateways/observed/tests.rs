use super::*;
use crate::gateways::{EntryPoint, GatewayState};

fn point(name: &str, port: u16, default: bool) -> EntryPoint {
    EntryPoint {
        name: name.to_owned(),
        port: Some(port),
        udp: false,
        tls: false,
        router_tls: None,
        default,
    }
}

fn gateway(env: &str, version: Option<&str>, points: Vec<EntryPoint>) -> Arc<GatewayView> {
    Arc::new(GatewayView {
        name: "a".to_owned(),
        env: env.to_owned(),
        state: GatewayState::Unknown,
        version: version.map(str::to_owned),
        snapshot: None,
        was_empty: false,
        note: None,
        entry_points: points.into(),
        files: Arc::default(),
        verdicts: Arc::default(),
    })
}

fn observed(gateways: Vec<Arc<GatewayView>>) -> Observed {
    Observed {
        gateways,
        problems: Arc::default(),
    }
}

#[test]
fn the_oldest_traefik_counts() {
    let oldest = |versions: &[&str]| {
        let views = versions
            .iter()
            .map(|text| gateway("a", Some(text), Vec::new()));
        let oldest = observed(views.collect()).oldest_traefik();
        oldest.map(|version| version.to_string())
    };
    assert_eq!(oldest(&[]), None);
    assert_eq!(oldest(&["dev", ""]), None);
    assert_eq!(oldest(&["3.7.1", "v3.3.6", "dev"]).as_deref(), Some("3.3"));
    assert_eq!(oldest(&["3.6.0-rc.1"]).as_deref(), Some("3.6"));
    assert_eq!(oldest(&["99.1.0"]).as_deref(), Some("3.7"));
    assert_eq!(oldest(&["2.11.0"]).as_deref(), Some("3.0"));
}

#[test]
fn entry_points_are_those_of_all_gateways() {
    let one = gateway(
        "a",
        Some("3.7.1"),
        vec![point("web", 80, true), point("x", 1, false)],
    );
    let two = gateway(
        "a",
        Some("3.7.1"),
        vec![point("web", 81, true), point("y", 2, true)],
    );
    let other = gateway("b", Some("3.7.1"), vec![point("z", 3, false)]);
    let observed = observed(vec![one, two, other]);
    assert_eq!(observed.default_entry_points(), ["web", "y"]);
    let ports = observed.entry_point_ports("a").unwrap();
    let ports: Vec<_> = ports
        .iter()
        .map(|(name, port)| (name.as_str(), *port))
        .collect();
    assert_eq!(ports, [("web", 80), ("x", 1), ("y", 2)]);
    assert_eq!(observed.entry_point_ports("none"), None);
}

#[test]
fn it_is_complete_once_each_gateway_has_answered() {
    let (silent, heard) = (
        gateway("a", None, Vec::new()),
        gateway("a", Some("x"), Vec::new()),
    );
    assert!(!observed(vec![silent, heard.clone()]).is_complete());
    assert!(observed(vec![heard]).is_complete());
}

#[test]
fn the_tls_of_an_entry_point_counts_where_all_gateways_give_the_same() {
    let with = |name: &str, tls: Option<&str>| EntryPoint {
        router_tls: tls.map(str::to_owned),
        ..point(name, 443, true)
    };
    let one = gateway(
        "a",
        None,
        vec![with("same", Some("{}")), with("other", Some("{}"))],
    );
    let two = gateway(
        "b",
        None,
        vec![with("same", Some("{}")), with("other", None)],
    );
    let observed = observed(vec![one, two]);
    let tls = observed.entry_point_tls();
    assert_eq!(
        tls.iter().collect::<Vec<_>>(),
        [(&"same".to_owned(), &"{}".to_owned())]
    );
}
