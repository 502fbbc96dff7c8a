//! The messages of both directions.

use serde::{Deserialize, Serialize};
use traefik_config::{Code, RouteSet, Severity};

/// A message of an agent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum AgentMessage {
    /// The first message: who speaks.
    Hello(Hello),
    /// In place of hello: an agent is to be taken out, whichever process speaks for it.
    Drain(Drain),
    /// The agent's whole word; replaces the one before.
    Routes(Routes),
    /// The agent leaves on purpose.
    Bye {
        /// True: its routes go at once. False: they are held until it is back.
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
    /// Every agent the hub knows, held ones included: what it will ask back after a restart.
    Roster {
        /// Names, sorted.
        agents: Vec<String>,
    },
    /// The answer to `drain`: the agent's routes are gone, and it is off the roster.
    Drained {
        /// The prior state of the agent.
        was: PriorState,
        /// True if a running process of it would have been heard by now, so that there is no use
        /// in asking again.
        #[serde(default)]
        sure: bool,
    },
    /// The session is refused; a close frame with the code's number follows.
    Rejected {
        /// Why, for the agent.
        code: RejectCode,
        /// Why and what to do, for people.
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
    /// Random per process: tells a restart from a clone.
    pub instance: String,
    /// The agent's version, for people.
    pub version: String,
    /// The environment that its routes belong to.
    #[serde(default = "default_env")]
    pub env: String,
    /// The engines it was given, as far as they were heard.
    #[serde(default)]
    pub engines: Vec<EngineId>,
    /// The last roster that a hub told it; `null` if none ever did.
    #[serde(default)]
    pub roster: Option<Vec<String>>,
}

/// An engine as `hello` names it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EngineId {
    /// How the agent reaches it.
    pub endpoint: String,
    /// The engine's own id, once it was heard.
    #[serde(default)]
    pub id: Option<String>,
    /// The engine's host name, once it was heard.
    #[serde(default)]
    pub name: Option<String>,
}

/// Which agent is to be taken out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Drain {
    /// Its name.
    pub agent: String,
    /// Its environment.
    #[serde(default = "default_env")]
    pub env: String,
    /// The engines of the host that asks: while the agent is connected, one must be its own.
    #[serde(default)]
    pub engines: Vec<EngineId>,
}

/// The state of an agent before it was drained, as the hub knew it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PriorState {
    /// It was connected; its process has been told to stay away.
    Live,
    /// It was lost, its routes held.
    Held,
    /// It had not come back since the hub's restart, and was waited for.
    Awaited,
    /// It had been drained before.
    Drained,
    /// Nothing at all.
    Nobody,
    /// Something that this version does not know.
    #[serde(other)]
    Unknown,
}

/// One route set with its number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Routes {
    /// Rises with each push of a session; an older one that comes late is dropped.
    pub seq: u64,
    /// The route set itself.
    #[serde(flatten)]
    pub routes: RouteSet,
}

/// The hub's greeting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Welcome {
    /// The hub's version, for people.
    pub hub: String,
    /// The address that the agent came from; none if it says nothing about how to reach it.
    #[serde(default)]
    pub observed_address: Option<String>,
    /// The hub's network namespace, in words that no other on any machine has: an agent of the
    /// same one shares the hub's loopback.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
    /// For how long the hub holds the agent's routes after it is lost, in seconds; none: for ever.
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
    /// The first version of the snapshot that has it in.
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
    /// How much it costs.
    #[serde(default = "warning")]
    pub severity: Severity,
    /// The cause and the remedy.
    pub message: String,
}

/// Why a hub refuses a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectCode {
    /// Another agent of this name is connected, with another engine.
    NameTaken,
    /// A newer process of this agent took over.
    Superseded,
    /// The agent was drained: a new process of it is welcome, this one is not.
    Drained,
    /// The first message was not `hello`, or a message broke the contract.
    BadMessage,
    /// The agent's name or environment is empty, too long or has control characters.
    BadName,
    /// The hub is shutting down: come back soon.
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

/// The environment of agents that name none.
pub const DEFAULT_ENV: &str = "default";

#[cfg(test)]
mod tests;
