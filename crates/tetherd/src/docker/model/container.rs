//! What a list says of one running container, and nothing more.

use std::collections::BTreeMap;
use std::net::IpAddr;

/// A running container.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Container {
    /// The engine's id of it.
    pub id: String,
    /// Its name without the leading slash; the start of its id if it has none.
    pub name: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// The ports it exposes and publishes, sorted.
    pub ports: Vec<Port>,
    /// Whose network it uses.
    pub network: Network,
    /// The engine's networks that it is in, sorted by name.
    pub attachments: Vec<Attachment>,
    /// What its health check says.
    pub health: Health,
    /// When it was created, in unix seconds by the engine's clock.
    pub created: i64,
    /// True from its stop signal on.
    pub stopping: bool,
    /// Why the engine's word about it is not understood; then only id and name are known.
    pub unreadable: Option<String>,
    /// What it is in a swarm, if a manager tells of it.
    pub task: Option<Task>,
}

/// A container that a swarm runs for one of its services, on any of its nodes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Task {
    /// The service's name.
    pub service: String,
    /// The node's host name, or its id.
    pub node: String,
    /// True if that is the node that was asked.
    pub here: bool,
    /// What the node's label `tether.address` says.
    pub said: Option<String>,
    /// The node's address in the swarm.
    pub address: Option<IpAddr>,
}

/// A container's place in one of the engine's networks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attachment {
    /// The network's name.
    pub network: String,
    /// The container's addresses there, IPv4 first.
    pub addresses: Vec<IpAddr>,
    /// The way out of there: in a bridge network, this host's own addresses.
    pub gateways: Vec<IpAddr>,
}

/// A container that does not run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idle {
    /// What there is of it; without ports and addresses.
    pub container: Container,
    /// As the engine calls it: `exited`, `paused`, `created`.
    pub state: String,
    /// As `docker ps` says it: `Exited (0) 3 minutes ago`.
    pub status: String,
}

/// One exposed port, or one binding of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Port {
    /// The port within the container.
    pub private: u16,
    /// Its transport.
    pub protocol: Protocol,
    /// The port on the host, if it is published.
    pub public: Option<u16>,
    /// The host address it is bound to; none where the engine does not say.
    pub ip: Option<IpAddr>,
}

/// The transport of a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protocol {
    /// `tcp`
    Tcp,
    /// `udp`
    Udp,
    /// What Traefik has no routers for.
    Other,
}

/// Whose network a container uses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Network {
    /// Its own, with published ports.
    #[default]
    Own,
    /// The host's.
    Host,
    /// That of the container with this id or name.
    Of(String),
}

/// What a container's health check says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Health {
    /// It is healthy, or nobody checks.
    #[default]
    Good,
    /// The first check has not passed yet.
    Starting,
    /// The check fails.
    Bad,
}

impl Container {
    /// A label's value, if it is there and not empty.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.labels
            .get(key)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// True if `text` names this container: its name, its id or the start of it.
    pub fn is(&self, text: &str) -> bool {
        self.name == text || self.id == text || (text.len() >= 12 && self.id.starts_with(text))
    }
}
