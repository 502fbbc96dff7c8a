//! Lists of containers from several engines.

use super::*;

fn read(text: &str) -> Vec<Container> {
    containers(&serde_json::from_str(text).unwrap())
}

#[test]
fn nameless_and_half_removed_containers_do_no_harm() {
    let list = read(
        r#"[{}, {"Id":""}, {"Id":"b","Names":null,"Ports":null,"Labels":null},
            {"Id":"a0123456789abcdef","Names":[]},
            {"Id":"c","Names":["/x/alias","/c"],"State":"removing"}]"#,
    );
    let names: Vec<&str> = list.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["a0123456789a", "b"]);
}

#[test]
fn an_engine_20_10_list() {
    let list = read(
        r#"[{"Id":"c1","Names":["/other/web","/web"],"Created":1700000000,"State":"running",
            "Status":"Up 2 minutes (health: starting)",
            "Ports":[{"IP":"::","PrivatePort":80,"PublicPort":32800,"Type":"tcp"},
                     {"IP":"0.0.0.0","PrivatePort":80,"PublicPort":32805,"Type":"tcp"},
                     {"PrivatePort":53,"Type":"udp"}],
            "Labels":{"b":"2","a":"1"},"HostConfig":{"NetworkMode":"default"},
            "NetworkSettings":{"Networks":{"bridge":{"Gateway":"172.17.0.1",
              "IPAddress":"172.17.0.2","GlobalIPv6Address":""}}}}]"#,
    );
    let [web] = list.as_slice() else {
        panic!("one container")
    };
    assert_eq!(web.name, "web");
    assert_eq!(web.health, Health::Starting);
    assert_eq!(web.network, NetworkMode::Own);
    let [bridge] = web.attachments.as_slice() else {
        panic!("one network")
    };
    assert_eq!(bridge.network, "bridge");
    assert_eq!(bridge.addresses, ["172.17.0.2".parse::<IpAddr>().unwrap()]);
    assert_eq!(bridge.gateways, ["172.17.0.1".parse::<IpAddr>().unwrap()]);
    let ports: Vec<_> = web.ports.iter().map(|p| (p.private, p.public)).collect();
    assert_eq!(ports, [(53, None), (80, Some(32800)), (80, Some(32805))]);
}

#[test]
fn what_does_not_run_is_told_apart() {
    let list = r#"[{"Id":"a","Names":["/z"],"State":"exited","Status":"Exited (0) 1 hour ago"},
        {"Id":"b","Names":["/p"],"State":"paused","Labels":{"traefik.enable":"true"}},
        {"Id":"c","Names":["/up"],"State":"running"},
        {"Id":"d","Names":["/gone"],"State":"removing"}]"#;
    let list = idle(&serde_json::from_str(list).unwrap());
    let said: Vec<_> = list
        .iter()
        .map(|i| {
            (
                i.container.name.as_str(),
                i.state.as_str(),
                i.status.as_str(),
            )
        })
        .collect();
    assert_eq!(
        said,
        [
            ("p", "paused", ""),
            ("z", "exited", "Exited (0) 1 hour ago")
        ]
    );
    assert_eq!(list[0].container.label("traefik.enable"), Some("true"));
}

#[test]
fn other_forms() {
    let list = read(
        r#"[{"Id":"a","HostConfig":{"NetworkMode":"host"},"Health":{"Status":"unhealthy"}},
            {"Id":"b","HostConfig":{"NetworkMode":"container:vpn"},"Status":"Up (unhealthy)"},
            {"Id":"c","State":"paused"}]"#,
    );
    assert_eq!(list.len(), 2);
    assert_eq!(
        (&list[0].network, list[0].health),
        (&NetworkMode::Host, Health::Unhealthy)
    );
    assert_eq!(
        (&list[1].network, list[1].health),
        (&NetworkMode::Container("vpn".into()), Health::Unhealthy)
    );
}

#[test]
fn what_no_engine_says_yet_costs_nothing() {
    let list = read(
        r#"[{"Id":"a","State":"hibernating","Status":"Up","Health":{"Status":"fading"},
            "Mounts":[{"Type":"telepathy"}],"Ports":[{"PrivatePort":80,"Type":"quic"}],
            "HostConfig":{"NetworkMode":"ether"},"NetworkSettings":{"Networks":{"n":null}}}]"#,
    );
    assert_eq!(
        (list[0].health, &list[0].network),
        (Health::Healthy, &NetworkMode::Own)
    );
    assert_eq!(list[0].ports[0].protocol, Protocol::Other);
}

#[test]
fn a_container_that_cannot_be_read_costs_itself_only() {
    let list = read(
        r#"[7, {"Id":"a","Names":["/a"]}, {"Id":"b","Names":["/b"],"Labels":{"x":[]}},
            {"Id":"c","Names":7,"Ports":[{"PrivatePort":70000}]}, {"Id":[],"Labels":7}]"#,
    );
    let faults = list
        .iter()
        .map(|c| (c.name.as_str(), c.unreadable.is_some()));
    let faults: Vec<_> = faults.collect();
    assert_eq!(faults, [("a", false), ("b", true), ("c", true)]);
    assert!(list[1].labels.is_empty());
}
