//! What of an engine's answers is read, in forms that take what newer engines and other engines
//! than Docker say: everything may be missing or null, and no text is one of a closed list.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// `GET /version`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Version {
    pub(super) api_version: Option<String>,
    #[serde(rename = "MinAPIVersion")]
    pub(super) min_api_version: Option<String>,
    pub(super) components: Option<Vec<Component>>,
}

/// A program that an engine is made of.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Component {
    pub(super) name: Option<String>,
}

/// `GET /info`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Info {
    #[serde(rename = "ID")]
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) swarm: Option<Membership>,
    /// Of a Docker without root's rights `name=rootless` is one.
    pub(super) security_options: Option<Vec<String>>,
    /// Podman says it so.
    pub(super) rootless: Option<bool>,
}

/// The engine's part in a swarm.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Membership {
    #[serde(rename = "NodeID")]
    pub(super) node_id: Option<String>,
    /// True for a manager.
    pub(super) control_available: Option<bool>,
    pub(super) cluster: Option<Cluster>,
}

/// A swarm.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Cluster {
    #[serde(rename = "ID")]
    pub(super) id: Option<String>,
}

/// `GET /containers/json`: each container is read by itself, so that one that cannot be read
/// costs no other.
pub(super) type List = Vec<Box<RawValue>>;

/// Of one container only what names it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Named {
    pub(super) id: Option<Value>,
    pub(super) names: Option<Value>,
}

/// One container of a list.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Summary {
    pub(super) id: Option<String>,
    pub(super) names: Option<Vec<String>>,
    pub(super) labels: Option<BTreeMap<String, String>>,
    pub(super) ports: Option<Vec<PortSummary>>,
    pub(super) created: Option<i64>,
    pub(super) state: Option<String>,
    pub(super) status: Option<String>,
    pub(super) health: Option<Health>,
    pub(super) host_config: Option<HostConfig>,
    pub(super) network_settings: Option<Networks>,
}

/// One port of a container, or one binding of it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct PortSummary {
    #[serde(rename = "IP")]
    pub(super) ip: Option<String>,
    pub(super) private_port: u16,
    pub(super) public_port: Option<u16>,
    #[serde(rename = "Type")]
    pub(super) protocol: Option<String>,
}

/// What a health check says.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Health {
    pub(super) status: Option<String>,
}

/// What a container was made with.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct HostConfig {
    pub(super) network_mode: Option<String>,
}

/// The networks of a container.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Networks {
    pub(super) networks: Option<BTreeMap<String, Option<Endpoint>>>,
}

/// A container's place in one network.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Endpoint {
    #[serde(rename = "IPAddress")]
    pub(super) ip_address: Option<String>,
    #[serde(rename = "GlobalIPv6Address")]
    pub(super) global_ipv6_address: Option<String>,
    pub(super) gateway: Option<String>,
    #[serde(rename = "IPv6Gateway")]
    pub(super) ipv6_gateway: Option<String>,
}

/// `GET /containers/ID/json`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Inspect {
    pub(super) config: Option<Config>,
    pub(super) host_config: Option<HostConfig>,
    pub(super) network_settings: Option<Bindings>,
}

/// The published ports of an inspected container.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Bindings {
    pub(super) ports: Option<BTreeMap<String, Option<Vec<Binding>>>>,
}

/// One of them.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Binding {
    pub(super) host_ip: Option<String>,
    pub(super) host_port: Option<String>,
}

/// What of an inspected container its image and its maker said.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Config {
    pub(super) stop_signal: Option<Value>,
    pub(super) healthcheck: Option<Value>,
}

/// One of `GET /events`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Message {
    #[serde(rename = "Action")]
    pub(super) action: Option<String>,
    #[serde(rename = "Actor")]
    pub(super) actor: Option<Actor>,
    /// When, in nanoseconds of the engine's clock.
    #[serde(rename = "timeNano")]
    pub(super) time_nano: Value,
}

/// What an event is about.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Actor {
    #[serde(rename = "ID")]
    pub(super) id: Option<String>,
    pub(super) attributes: Option<BTreeMap<String, Value>>,
}

/// An error, as engines word it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Refusal {
    pub(super) message: Option<String>,
}
