//! The messages of both directions.

use serde::{Deserialize, Serialize};
use traefik_config::{Code, RouteSet, Severity};

/// A message of an agent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum AgentMessage {
    /// The first message: the agent's identity.
    Hello(Hello),
    /// Sent instead of `hello`: drains an agent, whichever process runs it.
    Drain(Drain),
    /// All routes of the agent. They replace the previous ones.
    Routes(Routes),
    /// The agent shuts down.
    Bye {
        /// True if its routes are to be removed at once; otherwise they are held until it returns.
        drain: bool,
    },
    /// A message that this version does not know.
    #[serde(other)]
    Unknown,
}

/// A message of the hub.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum HubMessage {
    /// The answer to `hello`.
    Welcome(Welcome),
    /// The route set with this number is in the snapshot.
    Applied(Applied),
    /// Every agent that the hub knows, held ones included. After a restart the hub waits for all
    /// of them.
    Roster {
        /// Names, sorted.
        agents: Vec<String>,
    },
    /// The answer to `drain`: the agent's routes and its entry in the roster are removed.
    Drained {
        /// The prior state of the agent.
        was: PriorState,
        /// True if a running process of the agent would have connected by now, so that asking
        /// again is useless.
        #[serde(default)]
        sure: bool,
    },
    /// The session is rejected. A close frame with the code's number follows.
    Rejected {
        /// The reason, for the agent.
        code: RejectCode,
        /// The reason and the remedy, for people.
        message: String,
    },
    /// A message that this version does not know.
    #[serde(other)]
    Unknown,
}

/// The identity of an agent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hello {
    /// Its name.
    pub agent: String,
    /// A random id of the process, which distinguishes a restart from a clone.
    pub instance: String,
    /// The agent's version, for people.
    pub version: String,
    /// The environment that its routes belong to.
    #[serde(default = "default_env")]
    pub env: String,
    /// The engines in its settings, with as much as it knows of each.
    #[serde(default)]
    pub engines: Vec<EngineId>,
    /// The last roster that it received from a hub; `null` if it never received one.
    #[serde(default)]
    pub roster: Option<Vec<String>>,
}

/// An engine, as `hello` and `drain` identify it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EngineId {
    /// The address at which the agent reaches it.
    pub endpoint: String,
    /// The engine's own id, once it is known.
    #[serde(default)]
    pub id: Option<String>,
    /// The engine's host name, once it is known.
    #[serde(default)]
    pub name: Option<String>,
}

/// Asks the hub to drain an agent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Drain {
    /// Its name.
    pub agent: String,
    /// Its environment.
    #[serde(default = "default_env")]
    pub env: String,
    /// The engines of the host that asks. While the agent is connected, it must have one of them.
    #[serde(default)]
    pub engines: Vec<EngineId>,
}

/// The state of an agent before it was drained, as the hub knew it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PriorState {
    /// It was connected. Its process is rejected from now on.
    Live,
    /// Its connection was lost, and its routes were held.
    Held,
    /// It had not returned since the hub's restart, and the hub was waiting for it.
    Awaited,
    /// It was drained already.
    Drained,
    /// The hub does not know the agent.
    Nobody,
    /// A state that this version does not know.
    #[serde(other)]
    Unknown,
}

/// One route set with its number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Routes {
    /// Rises with each push of a session. Older ones that arrive late are dropped.
    pub seq: u64,
    /// The route set itself.
    #[serde(flatten)]
    pub routes: RouteSet,
}

/// The hub's answer to `hello`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Welcome {
    /// The hub's version, for people.
    pub hub: String,
    /// The address that the agent connected from; none if the agent cannot be reached there.
    #[serde(default)]
    pub observed_address: Option<String>,
    /// A text that identifies the hub's network namespace on all machines. An agent in the same
    /// namespace shares the hub's loopback.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
    /// How long the hub holds the agent's routes after losing the connection, in seconds; none for
    /// ever.
    #[serde(default)]
    pub lease: Option<u64>,
    /// The hub's limits.
    pub limits: Limits,
}

/// The limits of a hub.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// The largest frame, in bytes.
    pub frame: usize,
}

/// The hub's receipt for a route set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Applied {
    /// The number of the route set.
    pub seq: u64,
    /// The first version of the snapshot that contains it.
    pub version: u64,
    /// The problems that the hub found.
    #[serde(default)]
    pub verdicts: Vec<Verdict>,
}

/// A problem that the hub found in an agent's routes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The container's name.
    #[serde(default)]
    pub container: Option<String>,
    /// The element, as `http.routers.NAME`.
    #[serde(default)]
    pub element: Option<String>,
    /// The kind of problem.
    pub code: Code,
    /// Its severity.
    #[serde(default = "warning")]
    pub severity: Severity,
    /// The cause and the remedy.
    pub message: String,
}

/// The reason why a hub rejects a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectCode {
    /// Another agent of this name is connected, with another engine.
    NameTaken,
    /// A newer process of this agent took over.
    Superseded,
    /// The agent was drained. The hub accepts a new process of it, but not this one.
    Drained,
    /// The first message was not `hello`, or a message was malformed.
    BadMessage,
    /// The agent's name or environment is empty, too long or has control characters.
    BadName,
    /// The hub is shutting down. The agent should reconnect soon.
    Restarting,
    /// A reason that this version does not know.
    #[serde(other)]
    Unknown,
}

impl RejectCode {
    /// The WebSocket close code that goes with it.
    pub fn close_code(self) -> u16 {
        match self {
            Self::NameTaken => 4001,
            Self::Superseded => 4002,
            Self::Drained => 4003,
            Self::BadMessage => 1007,
            Self::BadName => 4004,
            Self::Restarting => 1012,
            Self::Unknown => 4000,
        }
    }
}

fn warning() -> Severity {
    Severity::Warning
}

fn default_env() -> String {
    DEFAULT_ENV.to_owned()
}

/// The environment of agents that do not name one.
pub const DEFAULT_ENV: &str = "default";

#[cfg(test)]
mod tests;
