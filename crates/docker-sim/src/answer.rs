//! Renders containers as the JSON of Docker's API.
//!
//! The fields are those of API 1.47, which still has the deprecated ones of the default bridge.

use std::time::SystemTime;

use serde_json::{Map, Value, json};

use crate::container::{Container, Status};
use crate::network::{Endpoint, hex_id};
use crate::spec::{Health, Protocol};
use crate::state::State;
use crate::time::{ZERO_TIME, human_duration, rfc3339, unix_nanos};

const COMMAND: &str = "/whoami";

/// One entry of `GET /containers/json`
pub(crate) fn summary(state: &State, container: &Container) -> Value {
    json!({
        "Id": container.id,
        "Names": [format!("/{}", *container.name())],
        "Image": container.spec.image,
        "ImageID": image_id(container),
        "Command": COMMAND,
        "Created": unix_nanos(container.created) / 1_000_000_000,
        "Ports": summary_ports(container),
        "Labels": container.spec.labels,
        "State": container.status.name(),
        "Status": status_text(container),
        "HostConfig": { "NetworkMode": container.mode },
        "NetworkSettings": { "Networks": networks(state, container) },
        "Mounts": [],
    })
}

/// `GET /containers/{id}/json`
pub(crate) fn inspect(state: &State, container: &Container) -> Value {
    let files = format!("/var/lib/docker/containers/{}", container.id);
    json!({
        "Id": container.id,
        "Created": rfc3339(container.created),
        "Path": COMMAND, "Args": [],
        "State": status(container),
        "Image": image_id(container),
        "ResolvConfPath": format!("{files}/resolv.conf"),
        "HostnamePath": format!("{files}/hostname"),
        "HostsPath": format!("{files}/hosts"),
        "LogPath": format!("{files}/{}-json.log", container.id),
        "Name": format!("/{}", *container.name()),
        "RestartCount": 0,
        "Driver": "overlay2", "Platform": "linux",
        "MountLabel": "", "ProcessLabel": "", "AppArmorProfile": "", "ExecIDs": null,
        "HostConfig": host_config(container),
        "GraphDriver": { "Name": "overlay2", "Data": null },
        "Mounts": [],
        "Config": config(container),
        "NetworkSettings": network_settings(state, container),
    })
}

fn status(container: &Container) -> Value {
    let up = container.is_up();
    let time = |at: Option<SystemTime>| at.map_or_else(|| ZERO_TIME.to_owned(), rfc3339);
    let mut status = json!({
        "Status": container.status.name(),
        "Running": up,
        "Paused": container.status == Status::Paused,
        "Restarting": false, "OOMKilled": false, "Dead": false,
        // Any number but 0: there is no real process.
        "Pid": if up { 4242 } else { 0 },
        "ExitCode": container.exit_code,
        "Error": "",
        "StartedAt": time(container.started),
        "FinishedAt": time(container.finished),
    });
    if let Some(health) = container.health {
        let failing = u8::from(health == Health::Unhealthy) * 3;
        status["Health"] = json!({ "Status": health.name(), "FailingStreak": failing, "Log": [] });
    }
    status
}

fn config(container: &Container) -> Value {
    let spec = &container.spec;
    let mut config = json!({
        "Hostname": container.id[..12], "Domainname": "", "User": "",
        "AttachStdin": false, "AttachStdout": false, "AttachStderr": false,
        "Tty": false, "OpenStdin": false, "StdinOnce": false,
        "Env": spec.env, "Cmd": [COMMAND], "Image": spec.image,
        "Volumes": null, "WorkingDir": "", "Entrypoint": null, "OnBuild": null,
        "Labels": spec.labels,
    });
    if container.health.is_some() {
        config["Healthcheck"] = json!({ "Test": ["CMD", COMMAND, "check"] });
    }
    if let Some(signal) = &spec.stop_signal {
        config["StopSignal"] = json!(signal);
    }
    let exposed: Map<_, _> = container
        .exposed()
        .map(|port| (port_key(port), json!({})))
        .collect();
    if !exposed.is_empty() {
        config["ExposedPorts"] = Value::Object(exposed);
    }
    config
}

fn host_config(container: &Container) -> Value {
    let mut port_bindings = Map::new();
    for publish in &container.spec.published {
        let list = port_bindings
            .entry(port_key((publish.private, publish.protocol)))
            .or_insert_with(|| json!([]));
        let port = publish
            .host_port
            .map_or_else(String::new, |port| port.to_string());
        // Docker writes "all addresses" as an empty text.
        let address = publish
            .host_ips
            .iter()
            .find(|ip| !ip.is_unspecified())
            .map_or_else(String::new, ToString::to_string);
        if let Value::Array(list) = list {
            list.push(json!({ "HostIp": address, "HostPort": port }));
        }
    }
    json!({
        "Binds": null, "ContainerIDFile": "",
        "LogConfig": { "Type": "json-file", "Config": {} },
        "NetworkMode": container.mode,
        "PortBindings": port_bindings,
        "RestartPolicy": { "Name": "no", "MaximumRetryCount": 0 },
        "AutoRemove": false, "VolumeDriver": "", "VolumesFrom": null,
        "CapAdd": null, "CapDrop": null, "CgroupnsMode": "private",
        "Dns": [], "DnsOptions": [], "DnsSearch": [], "ExtraHosts": null, "GroupAdd": null,
        "IpcMode": "private", "PidMode": "", "Privileged": false, "PublishAllPorts": false,
        "ReadonlyRootfs": false, "SecurityOpt": null, "ShmSize": 64 << 20, "Runtime": "runc",
        "Memory": 0, "NanoCpus": 0, "CpuShares": 0,
    })
}

fn network_settings(state: &State, container: &Container) -> Value {
    let mut ports = Map::new();
    if container.is_up() && shows_ports(container) {
        ports.extend(
            container
                .exposed()
                .map(|port| (port_key(port), Value::Null)),
        );
        for binding in &container.bindings {
            let published = json!({
                "HostIp": binding.host_ip.to_string(), "HostPort": binding.host_port.to_string(),
            });
            match &mut ports[&port_key((binding.private, binding.protocol))] {
                Value::Array(list) => list.push(published),
                none => *none = json!([published]),
            }
        }
    }
    let sandbox = if container.is_up() {
        hex_id(&container.id, "sandbox", 0)
    } else {
        String::new()
    };
    let key = sandbox
        .get(..12)
        .map_or_else(String::new, |s| format!("/var/run/docker/netns/{s}"));
    let networks = networks(state, container);
    let mut settings = json!({
        "Bridge": "", "SandboxID": sandbox, "SandboxKey": key, "Ports": ports,
        "HairpinMode": false, "LinkLocalIPv6Address": "", "LinkLocalIPv6PrefixLen": 0,
        "SecondaryIPAddresses": null, "SecondaryIPv6Addresses": null,
    });
    // The deprecated copy of the default bridge's endpoint.
    let bridge = networks.get("bridge");
    for field in [
        "EndpointID",
        "Gateway",
        "GlobalIPv6Address",
        "GlobalIPv6PrefixLen",
        "IPAddress",
        "IPPrefixLen",
        "IPv6Gateway",
        "MacAddress",
    ] {
        let nothing = if field.ends_with("Len") {
            json!(0)
        } else {
            json!("")
        };
        settings[field] = bridge.map_or(nothing, |bridge| bridge[field].clone());
    }
    settings["Networks"] = Value::Object(networks);
    settings
}

fn networks(state: &State, container: &Container) -> Map<String, Value> {
    let entry = |(name, endpoint): (&String, &Option<Endpoint>)| {
        let network = state.networks.iter().find(|network| network.name == *name);
        let ip = endpoint.as_ref().and_then(|endpoint| endpoint.ip);
        let address = ip.map_or_else(String::new, |ip| ip.to_string());
        let gateway = ip
            .and(network)
            .map_or_else(String::new, |n| n.gateway().to_string());
        let mac = ip.map_or_else(String::new, |ip| {
            let [a, b, c, d] = ip.octets();
            format!("02:42:{a:02x}:{b:02x}:{c:02x}:{d:02x}")
        });
        let own = !["bridge", "host", "none"].contains(&name.as_str());
        let dns = own.then(|| json!([*container.name(), container.id[..12]]));
        let body = json!({
            "IPAMConfig": null, "Links": null, "Aliases": null, "MacAddress": mac,
            "DriverOpts": null,
            // Empty until the container has run for the first time.
            "NetworkID": if container.started.is_some() { network.map_or("", |n| &n.id) } else { "" },
            "EndpointID": endpoint.as_ref().map_or("", |endpoint| &endpoint.id),
            "Gateway": gateway, "IPAddress": address,
            "IPPrefixLen": if ip.is_some() { 16 } else { 0 },
            "IPv6Gateway": "", "GlobalIPv6Address": "", "GlobalIPv6PrefixLen": 0,
            "DNSNames": dns,
        });
        (name.clone(), body)
    };
    container.endpoints.iter().map(entry).collect()
}

fn summary_ports(container: &Container) -> Vec<Value> {
    if !container.is_up() || !shows_ports(container) {
        return Vec::new();
    }
    let mut ports = Vec::new();
    for (private, protocol) in container.exposed() {
        let kind = protocol.name();
        let before = ports.len();
        for b in container
            .bindings
            .iter()
            .filter(|b| (b.private, b.protocol) == (private, protocol))
        {
            let (ip, public) = (b.host_ip.to_string(), b.host_port);
            ports.push(
                json!({ "IP": ip, "PrivatePort": private, "PublicPort": public, "Type": kind }),
            );
        }
        if ports.len() == before {
            ports.push(json!({ "PrivatePort": private, "Type": kind }));
        }
    }
    ports
}

/// False for containers with the network of the host, of another container, or none: they have no
/// ports of their own.
fn shows_ports(container: &Container) -> bool {
    let mode = container.mode.as_str();
    !matches!(mode, "host" | "none") && !mode.starts_with("container:")
}

/// `Up 2 minutes (healthy)`
fn status_text(container: &Container) -> String {
    let ago = |at: Option<SystemTime>| {
        human_duration(
            at.and_then(|at| SystemTime::now().duration_since(at).ok())
                .unwrap_or_default(),
        )
    };
    let up = || format!("Up {}", ago(container.started));
    match (container.status, container.health) {
        (Status::Created, _) => "Created".to_owned(),
        (Status::Exited, _) => {
            format!(
                "Exited ({}) {} ago",
                container.exit_code,
                ago(container.finished)
            )
        }
        (Status::Paused, _) => format!("{} (Paused)", up()),
        (Status::Running, None) => up(),
        (Status::Running, Some(Health::Starting)) => format!("{} (health: starting)", up()),
        (Status::Running, Some(health)) => format!("{} ({})", up(), health.name()),
    }
}

fn image_id(container: &Container) -> String {
    format!("sha256:{}", hex_id(&container.spec.image, "image", 0))
}

fn port_key((port, protocol): (u16, Protocol)) -> String {
    format!("{port}/{}", protocol.name())
}
