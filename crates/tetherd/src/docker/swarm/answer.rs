//! What of a manager's answers is read; as for an engine's, everything may be missing or null.

use std::collections::BTreeMap;

use serde::Deserialize;

/// One of `GET /services`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Service {
    #[serde(rename = "ID")]
    pub(super) id: Option<String>,
    pub(super) spec: Option<ServiceSpec>,
    pub(super) endpoint: Option<Ports>,
    pub(super) update_status: Option<UpdateStatus>,
}

/// The specification of a service.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct ServiceSpec {
    pub(super) name: Option<String>,
    pub(super) labels: Option<BTreeMap<String, String>>,
}

/// How far a service's update is.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct UpdateStatus {
    pub(super) state: Option<String>,
}

/// The ports of a service, or of a task.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Ports {
    pub(super) ports: Option<Vec<PublishedPort>>,
}

/// One of them.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct PublishedPort {
    pub(super) protocol: Option<String>,
    pub(super) target_port: u16,
    pub(super) published_port: Option<u16>,
    pub(super) publish_mode: Option<String>,
}

/// One of `GET /tasks`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Task {
    #[serde(rename = "ID")]
    pub(super) id: Option<String>,
    #[serde(rename = "ServiceID")]
    pub(super) service_id: Option<String>,
    #[serde(rename = "NodeID")]
    pub(super) node_id: Option<String>,
    pub(super) slot: Option<u64>,
    pub(super) status: Option<TaskStatus>,
    pub(super) networks_attachments: Option<Vec<Attachment>>,
}

/// How a task is.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct TaskStatus {
    pub(super) state: Option<String>,
    pub(super) message: Option<String>,
    pub(super) err: Option<String>,
    pub(super) port_status: Option<Ports>,
}

/// A task's place in one network of the swarm.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Attachment {
    pub(super) network: Option<Network>,
    /// With the network's prefix: `10.0.0.5/24`.
    pub(super) addresses: Option<Vec<String>>,
}

/// The network.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Network {
    pub(super) spec: Option<NetworkSpec>,
}

/// Its specification.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct NetworkSpec {
    pub(super) name: Option<String>,
    pub(super) driver_configuration: Option<Driver>,
    pub(super) ingress: Option<bool>,
}

/// A network's driver.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Driver {
    pub(super) name: Option<String>,
}

/// One of `GET /nodes`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Node {
    #[serde(rename = "ID")]
    pub(super) id: Option<String>,
    pub(super) spec: Option<NodeSpec>,
    pub(super) description: Option<Description>,
    pub(super) status: Option<NodeStatus>,
    pub(super) manager_status: Option<ManagerStatus>,
}

/// The specification of a node, set by the owner of the swarm.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct NodeSpec {
    pub(super) labels: Option<BTreeMap<String, String>>,
}

/// The description of a node, set by the node.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Description {
    pub(super) hostname: Option<String>,
}

/// How a node is.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct NodeStatus {
    pub(super) state: Option<String>,
    pub(super) addr: Option<String>,
}

/// The role of a node among the managers.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct ManagerStatus {
    pub(super) leader: Option<bool>,
    /// With a port: `10.0.0.1:2377`.
    pub(super) addr: Option<String>,
}
