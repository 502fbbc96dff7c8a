//! What of an engine's answers is read, in forms that take what newer engines and other engines
//! than Docker say: everything may be missing or null, and no text is one of a closed list.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// `GET /version`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Version {
    pub(crate) api_version: Option<String>,
    #[serde(rename = "MinAPIVersion")]
    pub(crate) min_api_version: Option<String>,
    pub(crate) components: Option<Vec<Component>>,
}

/// A program that an engine is made of.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Component {
    pub(crate) name: Option<String>,
}

/// `GET /info`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Info {
    #[serde(rename = "ID")]
    pub(crate) id: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) swarm: Option<Membership>,
    /// Of a Docker without root's rights `name=rootless` is one.
    pub(crate) security_options: Option<Vec<String>>,
    /// Podman says it so.
    pub(crate) rootless: Option<bool>,
}

/// The engine's part in a swarm.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Membership {
    #[serde(rename = "NodeID")]
    pub(crate) node_id: Option<String>,
    /// True for a manager.
    pub(crate) control_available: Option<bool>,
    pub(crate) cluster: Option<Cluster>,
}

/// A swarm.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Cluster {
    #[serde(rename = "ID")]
    pub(crate) id: Option<String>,
}

/// `GET /containers/json`: each container is read by itself, so that one that cannot be read
/// costs no other.
pub(crate) type List = Vec<Box<RawValue>>;

/// Of one container only what names it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Named {
    pub(crate) id: Option<Value>,
    pub(crate) names: Option<Value>,
}

/// One container of a list.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Summary {
    pub(crate) id: Option<String>,
    pub(crate) names: Option<Vec<String>>,
    pub(crate) labels: Option<BTreeMap<String, String>>,
    pub(crate) ports: Option<Vec<PortSummary>>,
    pub(crate) created: Option<i64>,
    pub(crate) state: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) health: Option<Health>,
    pub(crate) host_config: Option<HostConfig>,
    pub(crate) network_settings: Option<Networks>,
}

/// One port of a container, or one binding of it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct PortSummary {
    #[serde(rename = "IP")]
    pub(crate) ip: Option<String>,
    pub(crate) private_port: u16,
    pub(crate) public_port: Option<u16>,
    #[serde(rename = "Type")]
    pub(crate) protocol: Option<String>,
}

/// The result of a health check.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Health {
    pub(crate) status: Option<String>,
}

/// The options that a container was created with.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct HostConfig {
    pub(crate) network_mode: Option<String>,
}

/// The networks of a container.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Networks {
    pub(crate) networks: Option<BTreeMap<String, Option<Endpoint>>>,
}

/// A container's place in one network.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Endpoint {
    #[serde(rename = "IPAddress")]
    pub(crate) ip_address: Option<String>,
    #[serde(rename = "GlobalIPv6Address")]
    pub(crate) global_ipv6_address: Option<String>,
    pub(crate) gateway: Option<String>,
    #[serde(rename = "IPv6Gateway")]
    pub(crate) ipv6_gateway: Option<String>,
}

/// `GET /containers/ID/json`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Inspect {
    pub(crate) config: Option<Config>,
    pub(crate) host_config: Option<HostConfig>,
    pub(crate) network_settings: Option<Bindings>,
}

/// The published ports of an inspected container.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Bindings {
    pub(crate) ports: Option<BTreeMap<String, Option<Vec<Binding>>>>,
}

/// One of them.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Binding {
    pub(crate) host_ip: Option<String>,
    pub(crate) host_port: Option<String>,
}

/// The configuration of an inspected container.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Config {
    pub(crate) stop_signal: Option<Value>,
    pub(crate) healthcheck: Option<Value>,
}

/// One of `GET /events`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Message {
    #[serde(rename = "Action")]
    pub(crate) action: Option<String>,
    #[serde(rename = "Actor")]
    pub(crate) actor: Option<Actor>,
    /// When, in nanoseconds of the engine's clock.
    #[serde(rename = "timeNano")]
    pub(crate) time_nano: Value,
}

/// The subject of an event.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Actor {
    #[serde(rename = "ID")]
    pub(crate) id: Option<String>,
    pub(crate) attributes: Option<BTreeMap<String, Value>>,
}

/// An error, as engines word it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ErrorBody {
    pub(crate) message: Option<String>,
}
