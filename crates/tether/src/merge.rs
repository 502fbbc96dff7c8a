//! Many engines in, one configuration out: the merge rules in their order.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use traefik_config::engine::{United, unite};
use traefik_config::{Key, Origin, Problem, RouteSet};

/// One agent's last word, its containers made one engine by engine (rule 1). Made once for
/// each push and cheap to clone: the merge may run often.
#[derive(Debug, Clone)]
pub struct AgentRoutes {
    /// The agent's name; no two in one merge are equal.
    pub name: String,
    /// Whether the agent is heard.
    pub hold: Hold,
    engines: Arc<Vec<United>>,
}

/// Whether an agent is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Hold {
    /// Connected and heard.
    #[default]
    Live,
    /// Just lost: all its servers stay.
    Held,
    /// Lost for some time: its servers with a live sibling leave, its sole ones stay.
    Settled,
}

/// What the operator decided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// The agents that come first where two claims cannot both stand.
    pub precedence: Vec<String>,
}

/// One environment's configuration, with where everything comes from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Merged {
    /// What Traefik gets, by final name.
    pub elements: BTreeMap<Key, MergedElement>,
    /// All that is not as its owner asked for, sorted; what the containers said themselves
    /// included, each with agent and engine.
    pub problems: Vec<Problem>,
}

/// One element as Traefik gets it.
#[derive(Debug, Clone, PartialEq)]
pub struct MergedElement {
    /// Its whole definition, servers and final references included.
    pub body: Value,
    /// True if nobody wrote it down.
    pub implicit: bool,
    /// The containers that ask for it, the first in precedence first.
    pub origins: Vec<Origin>,
    /// Where the servers in the body come from, in the same order.
    pub servers: Vec<MergedServer>,
}

/// One server of a load balancer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergedServer {
    /// The URL or address as Traefik sees it.
    pub address: String,
    /// The container behind it.
    pub origin: Origin,
    /// Why this address and port; empty if a label gave them.
    pub reason: String,
    /// True if its agent is not heard.
    pub held: bool,
}

impl AgentRoutes {
    /// A live agent with this route set.
    pub fn new(name: impl Into<String>, routes: &RouteSet) -> Self {
        Self {
            name: name.into(),
            hold: Hold::Live,
            engines: Arc::new(routes.engines.iter().map(unite).collect()),
        }
    }

    /// The same routes, held or not.
    #[must_use]
    pub fn with_hold(mut self, hold: Hold) -> Self {
        self.hold = hold;
        self
    }
}

/// Merges the agents of one environment. Their order does not matter.
pub fn merge(_agents: &[AgentRoutes], _policy: &Policy) -> Merged {
    Merged::default()
}
