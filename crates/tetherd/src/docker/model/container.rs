//! Containers as an engine lists them.

use std::collections::BTreeMap;
use std::net::IpAddr;

/// The shortest prefix of an id that names a container, in characters.
const ID_PREFIX_MIN_LEN: usize = 12;

/// A running container.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Container {
    /// The engine's id for it.
    pub id: String,
    /// Its name without the leading slash; the start of its id if it has none.
    pub name: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// The ports it exposes and publishes, sorted.
    pub ports: Vec<Port>,
    /// Whose network namespace it uses.
    pub network: NetworkMode,
    /// The engine's networks that it is in, sorted by name.
    pub attachments: Vec<Attachment>,
    /// The state of its health check.
    pub health: Health,
    /// When it was created, in Unix seconds of the engine's clock.
    pub created: i64,
    /// True from its stop signal on.
    pub stopping: bool,
    /// Why the engine's answer about it cannot be read; then only id and name are set.
    pub unreadable: Option<String>,
    /// Its place in a swarm, if a manager has listed it.
    pub task: Option<Task>,
}

/// A container that a swarm runs for one of its services, on any of its nodes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Task {
    /// The service's name.
    pub service: String,
    /// The node's host name, or its id.
    pub node: String,
    /// True if the node is the one that was asked.
    pub on_asked_node: bool,
    /// The value of the node's label `tether.address`.
    pub label_address: Option<String>,
    /// The node's address in the swarm.
    pub node_address: Option<IpAddr>,
}

/// A container's addresses in one of the engine's networks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attachment {
    /// The network's name.
    pub network: String,
    /// The container's addresses there, IPv4 first.
    pub addresses: Vec<IpAddr>,
    /// The gateways there: in a bridge network, this host's own addresses.
    pub gateways: Vec<IpAddr>,
}

/// A container that does not run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idle {
    /// The container, without ports and addresses.
    pub container: Container,
    /// Its state in the engine's words: `exited`, `paused`, `created`.
    pub state: String,
    /// Its status as in `docker ps`: `Exited (0) 3 minutes ago`.
    pub status: String,
}

/// One exposed port, or one binding of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Port {
    /// The port inside the container.
    pub private: u16,
    /// Its transport.
    pub protocol: Protocol,
    /// The port on the host, if it is published.
    pub public: Option<u16>,
    /// The host address it is bound to; none if the engine does not tell.
    pub ip: Option<IpAddr>,
}

/// The transport of a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protocol {
    /// `tcp`
    Tcp,
    /// `udp`
    Udp,
    /// Any other, for which Traefik has no routers.
    Other,
}

/// Whose network namespace a container uses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum NetworkMode {
    /// Its own, with published ports.
    #[default]
    Own,
    /// The host's.
    Host,
    /// The network of the container with this id or name.
    Container(String),
}

/// The state of a health check.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Health {
    /// It passes, or there is none.
    #[default]
    Healthy,
    /// It has not passed yet.
    Starting,
    /// It fails.
    Unhealthy,
}

impl Container {
    /// A label's value, if it is set and not empty.
    pub fn label(&self, key: &str) -> Option<&str> {
        let value = self.labels.get(key)?;
        (!value.is_empty()).then_some(value)
    }

    /// True if `text` is the container's name, its id or a prefix of the id.
    pub fn is_named(&self, text: &str) -> bool {
        self.name == text
            || self.id == text
            || (text.len() >= ID_PREFIX_MIN_LEN && self.id.starts_with(text))
    }
}
