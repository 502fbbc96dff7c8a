//! A manager's answers, written by hand after a real one's.

use super::*;

fn found(services: &str, tasks: &str, leaving: &str, nodes: &str) -> Found {
    let answers = Answers {
        services: serde_json::from_str(services).unwrap(),
        tasks: serde_json::from_str(tasks).unwrap(),
        leaving: serde_json::from_str(leaving).unwrap(),
        nodes: serde_json::from_str(nodes).unwrap(),
    };
    let known = ["t4", "t5", "t6", "t7"].map(|id| Container {
        id: id.to_owned(),
        ports: vec![Port {
            private: 90,
            protocol: crate::docker::Protocol::Tcp,
            public: Some(32769),
            ip: None,
        }],
        ..Container::default()
    });
    read(&answers, "n1", &known)
}

const NODES: &str = r#"[
    {"ID":"n1","Spec":{"Labels":{}},"Description":{"Hostname":"one"},
     "Status":{"State":"ready","Addr":"0.0.0.0"},
     "ManagerStatus":{"Leader":true,"Addr":"10.0.0.1:2377"}},
    {"ID":"n2","Spec":{"Labels":{"tether.address":"two.lan"}},
     "Description":{"Hostname":"two"},"Status":{"State":"ready","Addr":"10.0.0.2"}},
    {"ID":"n3","Description":{"Hostname":"three"},"Status":{"State":"down","Addr":"10.0.0.3"}}]"#;

const SERVICES: &str = r#"[{"ID":"s1","Spec":{"Name":"web","Labels":{
        "traefik.enable":"true","Traefik.Swarm.Network":"x","traefik.docker.lbswarm":"true"}},
    "Endpoint":{"Ports":[
        {"Protocol":"tcp","TargetPort":80,"PublishedPort":8080,"PublishMode":"ingress"},
        {"Protocol":"tcp","TargetPort":90,"PublishMode":"host"}]}}]"#;

#[test]
fn ports_of_the_service_and_of_the_task_and_the_nodes_addresses() {
    let tasks = r#"[
        {"ID":"t2","ServiceID":"s1","NodeID":"n2","Slot":2,"Status":{"State":"running",
         "PortStatus":{"Ports":[{"TargetPort":90,"PublishedPort":32768,"PublishMode":"host"},
            {"TargetPort":90,"PublishedPort":32768,"PublishMode":"host"}]}}},
        {"ID":"t1","ServiceID":"s1","NodeID":"n1","Status":{"State":"running"}}]"#;
    let found = found(SERVICES, tasks, "[]", NODES);
    assert!(found.leads && !found.unsettled);
    let [first, second] = found.running.as_slice() else {
        panic!("two tasks")
    };
    assert_eq!((&*first.name, &*second.name), ("web.one", "web.2"));
    assert_eq!(first.labels.len(), 1);
    let ports = |one: &Container| {
        let ports = one.ports.iter();
        ports
            .map(|port| (port.private, port.public))
            .collect::<Vec<_>>()
    };
    assert_eq!(ports(first), [(80, Some(8080)), (90, None)]);
    assert_eq!(ports(second), [(80, Some(8080)), (90, Some(32768))]);
    let task = |one: &Container| one.task.clone().unwrap();
    assert!(task(first).on_asked_node && !task(second).on_asked_node);
    assert_eq!(task(first).node_address, "10.0.0.1".parse().ok());
    assert_eq!(task(second).node_address, "10.0.0.2".parse().ok());
    assert_eq!(task(second).label_address.as_deref(), Some("two.lan"));
}

#[test]
fn tasks_that_leave_and_those_of_lost_nodes_stop() {
    let tasks = r#"[
        {"ID":"t1","ServiceID":"s1","NodeID":"n3","Slot":1,"Status":{"State":"running"}},
        {"ID":"t2","ServiceID":"s1","NodeID":"n2","Slot":2,"Status":{"State":"running"}},
        {"ID":"t3","ServiceID":"s1","Slot":3,
         "Status":{"State":"pending","Message":"m","Err":"no suitable node"}},
        {"ID":"t9","ServiceID":"unknown","Slot":1,"Status":{"State":"running"}}]"#;
    let leaving = r#"[
        {"ID":"t4","ServiceID":"s1","NodeID":"n1","Slot":2,"Status":{"State":"running"}},
        {"ID":"t5","ServiceID":"s1","NodeID":"n1","Slot":2,"Status":{"State":"shutdown"}},
        {"ID":"t6","ServiceID":"s1","NodeID":"n3","Slot":2,"Status":{"State":"running"}}]"#;
    let all = found(SERVICES, tasks, leaving, NODES);
    let running = all.running.iter();
    let running: Vec<_> = running.map(|one| (one.id.as_str(), one.stopping)).collect();
    assert_eq!(running, [("t1", true), ("t2", false), ("t4", true)]);
    let [idle] = all.idle.as_slice() else {
        panic!("one task waits")
    };
    assert_eq!(
        (&*idle.state, &*idle.status),
        ("pending", "no suitable node")
    );
    assert!(all.unsettled);
    assert!(!found(SERVICES, tasks, "[]", NODES).unsettled);
}

#[test]
fn a_port_that_was_said_once_stays() {
    let tasks = r#"[
        {"ID":"t7","ServiceID":"s1","NodeID":"n1","Slot":1,"Status":{"State":"running"}},
        {"ID":"t8","ServiceID":"s1","NodeID":"n1","Slot":2,"Status":{"State":"running"}}]"#;
    let found = found(SERVICES, tasks, "[]", NODES);
    let published = found.running.iter().map(|task| {
        let ports = task.ports.iter();
        ports
            .map(|port| (port.private, port.public))
            .collect::<Vec<_>>()
    });
    let published: Vec<_> = published.collect();
    assert_eq!(published[0], [(80, Some(8080)), (90, Some(32769))]);
    assert_eq!(published[1], [(80, Some(8080)), (90, None)]);
}

#[test]
fn networks_of_a_task() {
    let tasks = r#"[
        {"ID":"t1","ServiceID":"s1","NodeID":"n1","Slot":1,"Status":{"State":"starting"},
         "NetworksAttachments":[
           {"Network":{"Spec":{"Name":"ingress","Ingress":true}},"Addresses":["10.0.0.4/24"]},
           {"Network":{"Spec":{"Name":"lan"}},"Addresses":["10.1.0.4/24","fd00::4/64"]}]},
        {"ID":"t2","ServiceID":"s1","NodeID":"n1","Slot":2,"Status":{"State":"running"},
         "NetworksAttachments":[{"Network":{"Spec":{"Name":"host",
           "DriverConfiguration":{"Name":"host"}}}}]}]"#;
    let found = found(SERVICES, tasks, "[]", NODES);
    assert_eq!(found.running[0].network, NetworkMode::Host);
    assert!(found.unsettled);
    let [lan] = found.idle[0].container.attachments.as_slice() else {
        panic!("one network")
    };
    let addresses: Vec<String> = lan.addresses.iter().map(ToString::to_string).collect();
    assert_eq!(
        (&*lan.network, addresses.join(" ")),
        ("lan", "10.1.0.4 fd00::4".to_owned())
    );
}

#[test]
fn half_an_answer_does_no_harm() {
    let found = found("[{}]", r#"[{},{"ID":"t"}]"#, "[{}]", "[{}]");
    assert_eq!(found.running, []);
}
