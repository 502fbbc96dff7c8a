//! Compares the simulated engine's answers with recorded ones of a real engine.

use std::net::Ipv4Addr;

use docker_sim::{ContainerSpec, Health, Publish};
use serde_json::Value;

use crate::support::{Served, serve};

/// The containers of `recorded/README.md`.
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

/// Collects the fields of the real answer that ours lacks or has with another type. `null` matches
/// every type: Go writes it for empty values.
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

/// Compares an answer with the recorded one, except for fields that our clients do not read.
async fn assert_like_recorded(served: &Served, path: &str, name: &str, ignored: &[&str]) -> Value {
    let (status, ours) = served.get(path).await;
    assert_eq!(status, 200, "{ours}");
    let mut differences = Vec::new();
    compare("", &recorded(name), &ours, &mut differences);
    differences.retain(|difference| !ignored.iter().any(|path| difference.starts_with(path)));
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
    let ours = assert_like_recorded(&served, "/containers/json?all=1", "list", &[]).await;
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
    let ignored = [
        ".HostConfig.",
        ".GraphDriver.",
        ".Config.StopTimeout",
        ".Config.Healthcheck.",
    ];
    let ours = assert_like_recorded(&served, "/containers/web/json", "inspect", &ignored).await;
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
    assert_like_recorded(&served, "/version", "version", &[".Components"]).await;
    // Kernel features that newer engines do not have, plugins, registries, runtimes.
    let ignored = [
        ".KernelMemory",
        ".DriverStatus",
        ".Plugins",
        ".RegistryConfig",
        ".Runtimes",
    ];
    let commits = [".ContainerdCommit", ".RuncCommit", ".InitCommit"];
    assert_like_recorded(
        &served,
        "/info",
        "info",
        &[&ignored[..], &commits[..]].concat(),
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
        .map(|line| without_ids_and_times(&serde_json::from_str(line).unwrap()))
        .collect();
    // Engine 20.10 sends the event of a manual disconnect twice.
    real.dedup();
    let mut events = served.events("since=0").await;
    let mut ours = Vec::new();
    while ours.len() < real.len() {
        ours.push(without_ids_and_times(&events.next().await.unwrap()));
    }
    assert_eq!(ours, real);
}

/// An event as text, without its ids and times.
fn without_ids_and_times(event: &Value) -> String {
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
