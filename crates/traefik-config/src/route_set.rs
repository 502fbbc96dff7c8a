//! Describes the routes of one agent: its engines, their containers and elements.

use serde::{Deserialize, Serialize};

use crate::{Element, Problem};

/// All routes of one agent. They replace its previous ones.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteSet {
    /// All engines in the agent's settings, in that order.
    pub engines: Vec<Engine>,
}

/// One Docker API endpoint of one agent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Engine {
    /// The address at which the agent reaches it: `unix:///var/run/docker.sock`.
    pub endpoint: String,
    /// The engine's own id from `/info`, once it is known.
    #[serde(default)]
    pub id: Option<String>,
    /// The engine's host name from `/info`, once it is known.
    #[serde(default)]
    pub name: Option<String>,
    /// False until this agent process has listed its containers once. Until then the engine does
    /// not count as empty, and the hub keeps its last known containers.
    pub listed: bool,
    /// Set if this is a swarm. Its tasks are the containers, and its id is the engine's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub swarm: Option<Swarm>,
    /// The containers with routes or problems, sorted by id.
    #[serde(default)]
    pub containers: Vec<Container>,
}

/// A swarm, as one of its managers reports it. All managers report the same, and the hub uses one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swarm {
    /// True while the manager is the leader and can be reached.
    #[serde(default)]
    pub leads: bool,
}

/// One container with routes or problems.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    /// Its id in the engine.
    pub id: String,
    /// Its name without the leading slash; empty if it stands for all elements of an agent that
    /// reports no containers.
    pub name: String,
    /// The compose project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// The compose service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Its time of creation in Unix seconds, by the engine's clock.
    #[serde(default)]
    pub created: i64,
    /// True from the stop signal until it exits.
    #[serde(default)]
    pub stopping: bool,
    /// Its elements, with the host and port of their servers; empty if a problem affects them all.
    #[serde(default)]
    pub elements: Vec<Element>,
    /// The choice of address and port for each service.
    #[serde(default)]
    pub choices: Vec<Choice>,
    /// The problems with what it asked for.
    #[serde(default)]
    pub problems: Vec<Problem>,
}

impl Container {
    /// True for the elements of an agent that reports no containers. Each of them is accepted or
    /// left out on its own.
    pub fn is_nameless(&self) -> bool {
        self.name.is_empty()
    }
}

/// The address and port chosen for one service, with the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The service's name.
    pub service: String,
    /// An IP address or host name, without brackets.
    pub address: String,
    /// The port that the gateway connects to.
    pub port: u16,
    /// The container's own port, if the host publishes it as another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container_port: Option<u16>,
    /// The host's port of the port of the service's health check, if it is another one; 0 if the
    /// gateway cannot reach it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_port: Option<u16>,
    /// The reason, in one sentence for people.
    pub reason: String,
}
