//! The simulated engine beside a recorded real one: the same orders, the same answers.

use std::net::Ipv4Addr;

use docker_sim::{ContainerSpec, Health, Publish};
use serde_json::Value;

use crate::support::{Served, serve};

/// What `recorded/README.md` did before it listed.
async fn as_recorded() -> Served {
    let served = serve();
    let engine = &served.engine;
    let image = |name: &str| ContainerSpec::new(name).expose(80).expose(81);
    let web = image("web")
        .network("net1")
        .label("a", "b")
        .health(Health::Starting)
        .publish(Publish::tcp(80).dual_stack())
        .publish(Publish::udp(53).on(Ipv4Addr::LOCALHOST).at(5353));
    engine.run(web).await.unwrap();
    engine.run(image("plain").network("net1")).await.unwrap();
    engine
        .run(image("hosty").network_mode("host"))
        .await
        .unwrap();
    engine
        .create(image("made").network("net1").publish(90))
        .unwrap();
    served
}

fn recorded(name: &str) -> Value {
    let path = format!("{}/tests/recorded/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Notes each field that the real answer has and ours has not, or has with another type. `null`
/// goes with everything: Go writes it for what is empty.
fn compare(path: &str, real: &Value, ours: &Value, differences: &mut Vec<String>) {
    match (real, ours) {
        (Value::Null, _) | (_, Value::Null) => {}
        (Value::Object(real), Value::Object(ours)) => {
            for (key, value) in real {
                match ours.get(key) {
                    Some(own) => compare(&format!("{path}.{key}"), value, own, differences),
                    None => differences.push(format!("{path}.{key}: missing")),
                }
            }
        }
        (Value::Array(real), Value::Array(ours)) => {
            if real.len() != ours.len() {
                differences.push(format!(
                    "{path}: {} entries, not {}",
                    ours.len(),
                    real.len()
                ));
            }
            for (index, (value, own)) in real.iter().zip(ours).enumerate() {
                compare(&format!("{path}[{index}]"), value, own, differences);
            }
        }
        _ if std::mem::discriminant(real) == std::mem::discriminant(ours) => {}
        _ => differences.push(format!("{path}: {ours}, not {real}")),
    }
}

/// Holds an answer against the recorded one, but for what no client of ours reads.
async fn holds(served: &Served, path: &str, name: &str, left_out: &[&str]) -> Value {
    let (status, ours) = served.get(path).await;
    assert_eq!(status, 200, "{ours}");
    let mut differences = Vec::new();
    compare("", &recorded(name), &ours, &mut differences);
    differences.retain(|difference| !left_out.iter().any(|path| difference.starts_with(path)));
    assert!(
        differences.is_empty(),
        "{path} differs:\n{}",
        differences.join("\n")
    );
    ours
}

#[tokio::test]
async fn a_list_has_the_shape_of_a_real_one() {
    let served = as_recorded().await;
    let ours = holds(&served, "/containers/json?all=1", "list", &[]).await;
    let real = recorded("list");
    for (real, ours) in real
        .as_array()
        .unwrap()
        .iter()
        .zip(ours.as_array().unwrap())
    {
        for field in ["Names", "Image", "Labels", "State", "HostConfig"] {
            assert_eq!(ours[field], real[field], "{}", ours["Names"]);
        }
    }
    let (web, real) = (&ours[3]["Ports"], &real[3]["Ports"]);
    for index in 0..4 {
        for field in ["IP", "PrivatePort", "Type"] {
            assert_eq!(
                web[index][field], real[index][field],
                "{field} of port {index}"
            );
        }
    }
    assert_eq!(
        ours[3]["Status"],
        "Up Less than a second (health: starting)"
    );
}

#[tokio::test]
async fn an_inspect_has_the_shape_of_a_real_one() {
    let served = as_recorded().await;
    // Limits, devices and disks.
    let left_out = [
        ".HostConfig.",
        ".GraphDriver.",
        ".Config.StopTimeout",
        ".Config.Healthcheck.",
    ];
    let ours = holds(&served, "/containers/web/json", "inspect", &left_out).await;
    let real = recorded("inspect");
    for path in [
        "/Name",
        "/State/Status",
        "/State/Health/Status",
        "/Config/Labels",
        "/Config/ExposedPorts",
        "/HostConfig/NetworkMode",
        "/HostConfig/PortBindings",
        "/NetworkSettings/Ports/53~1udp",
        "/NetworkSettings/Ports/81~1tcp",
    ] {
        assert!(real.pointer(path).is_some(), "{path} was not recorded");
        assert_eq!(ours.pointer(path), real.pointer(path), "{path}");
    }
}

#[tokio::test]
async fn version_and_info_have_the_shape_of_real_ones() {
    let served = as_recorded().await;
    // Other programs' versions.
    holds(&served, "/version", "version", &[".Components"]).await;
    // Kernel features that are gone in newer engines, plugins, registries, runtimes.
    let left_out = [
        ".KernelMemory",
        ".DriverStatus",
        ".Plugins",
        ".RegistryConfig",
        ".Runtimes",
    ];
    let commits = [".ContainerdCommit", ".RuncCommit", ".InitCommit"];
    holds(
        &served,
        "/info",
        "info",
        &[&left_out[..], &commits[..]].concat(),
    )
    .await;
}

#[tokio::test]
async fn events_come_in_the_order_of_a_real_engine_with_its_attributes() {
    let served = as_recorded().await;
    let engine = &served.engine;
    engine.connect("web", "net2").unwrap();
    engine.disconnect("web", "net2").unwrap();
    engine.pause("web").unwrap();
    engine.unpause("web").unwrap();
    engine.rename("web", "web2").unwrap();
    engine.restart("web2").await.unwrap();
    engine.signal("plain", "HUP").unwrap();
    engine.exit("plain", 2).await.unwrap();
    engine.start("plain").await.unwrap();
    engine.stop("plain").await.unwrap();
    engine.remove("plain").await.unwrap();
    engine.remove("web2").await.unwrap();
    engine.remove("made").await.unwrap();
    engine.remove("hosty").await.unwrap();

    let path = format!("{}/tests/recorded/events.jsonl", env!("CARGO_MANIFEST_DIR"));
    let real = std::fs::read_to_string(path).unwrap();
    let mut real: Vec<_> = real
        .lines()
        .map(|line| told(&serde_json::from_str(line).unwrap()))
        .collect();
    // Engine 20.10 tells of a disconnect by hand twice.
    real.dedup();
    let mut events = served.events("since=0").await;
    let mut ours = Vec::new();
    while ours.len() < real.len() {
        ours.push(told(&events.next().await.unwrap()));
    }
    assert_eq!(ours, real);
}

/// All of an event that is not an id or a time.
fn told(event: &Value) -> String {
    let attributes = event["Actor"]["Attributes"].as_object().unwrap();
    let known = |(key, value): (&String, &Value)| match key.as_str() {
        "container" => "container".to_owned(),
        _ => format!("{key}={value}"),
    };
    let attributes: Vec<_> = attributes.iter().map(known).collect();
    let fields: Vec<_> = event.as_object().unwrap().keys().cloned().collect();
    let (kind, action) = (&event["Type"], &event["Action"]);
    format!(
        "{kind} {action} {} ({})",
        attributes.join(" "),
        fields.join(" ")
    )
}
