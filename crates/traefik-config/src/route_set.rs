//! What an agent says of its host: engines, their containers, and what each asks for.

use serde::{Deserialize, Serialize};

use crate::{Element, Problem};

/// One agent's whole word. It replaces the one before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteSet {
    /// Every engine the agent was given, in that order.
    pub engines: Vec<Engine>,
}

/// One Docker API endpoint of one agent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Engine {
    /// How the agent reaches it: `unix:///var/run/docker.sock`.
    pub endpoint: String,
    /// The engine's own id from `/info`, once it was heard.
    #[serde(default)]
    pub id: Option<String>,
    /// The engine's host name from `/info`, once it was heard.
    #[serde(default)]
    pub name: Option<String>,
    /// False until it was listed once by this agent process: an engine that cannot be listed
    /// is not an empty one, and the hub keeps its last word.
    pub listed: bool,
    /// Set if this is a swarm, whose tasks are the containers; its id is the engine's then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub swarm: Option<Swarm>,
    /// The containers that ask for something, sorted by id.
    #[serde(default)]
    pub containers: Vec<Container>,
}

/// A swarm, as one of its managers tells of it. Every manager tells the same, and one is heard.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swarm {
    /// True while the manager leads the others and can be asked.
    #[serde(default)]
    pub leads: bool,
}

/// One container that asks for something.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    /// The engine's id of it.
    pub id: String,
    /// Its name without the leading slash; empty if this is no container but the whole word of an
    /// agent that tells of none.
    pub name: String,
    /// The compose project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// The compose service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// When it was created, in unix seconds by the engine's clock.
    #[serde(default)]
    pub created: i64,
    /// True from the stop signal until it dies.
    #[serde(default)]
    pub stopping: bool,
    /// Its elements, with the host and port of their servers; empty if a problem affects them all.
    #[serde(default)]
    pub elements: Vec<Element>,
    /// How the address and port of each service were chosen.
    #[serde(default)]
    pub choices: Vec<Choice>,
    /// The problems with what it asked for.
    #[serde(default)]
    pub problems: Vec<Problem>,
}

impl Container {
    /// True for the word of an agent that tells of no containers: its elements stand each for
    /// itself.
    pub fn is_nameless(&self) -> bool {
        self.name.is_empty()
    }
}

/// The address and port chosen for one service, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The service's name.
    pub service: String,
    /// An IP address or host name, without brackets.
    pub address: String,
    /// The port that the gateway connects to.
    pub port: u16,
    /// One sentence for people.
    pub reason: String,
}
