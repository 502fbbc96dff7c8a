//! The names of all agents, serialized once for all sessions.

use std::collections::BTreeSet;

use axum::body::Bytes;
use tether_proto::HubMessage;

use super::agent_id::AgentId;

/// The names of all agents, held ones included.
#[derive(Debug, Default)]
pub struct Roster {
    names: BTreeSet<String>,
    message: Bytes,
}

impl Roster {
    /// The roster with these names.
    pub fn new(agents: Vec<String>) -> Self {
        let names = agents.iter().cloned().collect();
        let message = HubMessage::Roster { agents };
        let text = serde_json::to_string(&message).expect("it has string keys only");
        Self {
            names,
            message: text.into(),
        }
    }

    /// True if it contains this agent.
    pub fn contains(&self, id: &AgentId) -> bool {
        self.names.contains(&id.to_string())
    }

    /// True if it has exactly these names.
    pub fn has_names(&self, agents: &[String]) -> bool {
        self.names.len() == agents.len() && agents.iter().all(|name| self.names.contains(name))
    }

    /// The message for the agents, shared by all sessions: a thousand names need 16 KiB.
    pub fn message(&self) -> Bytes {
        self.message.clone()
    }
}

#[cfg(test)]
mod tests;
