//! The names of all agents in, what each agent is told of them out: written once for all.

use std::collections::BTreeSet;

use axum::body::Bytes;
use tether_proto::HubMessage;

use super::agent_id::AgentId;

/// Everybody that the hub knows, held ones included.
#[derive(Debug, Default)]
pub struct Roster {
    names: BTreeSet<String>,
    text: Bytes,
}

impl Roster {
    /// The roster of these names.
    pub fn new(agents: Vec<String>) -> Self {
        let names = agents.iter().cloned().collect();
        let message = HubMessage::Roster { agents };
        let text = serde_json::to_string(&message).expect("it has string keys only");
        Self {
            names,
            text: text.into(),
        }
    }

    /// True if it names this agent.
    pub fn has(&self, id: &AgentId) -> bool {
        self.names.contains(&id.to_string())
    }

    /// True if these are its names.
    pub fn is_of(&self, agents: &[String]) -> bool {
        self.names.len() == agents.len() && agents.iter().all(|name| self.names.contains(name))
    }

    /// The message that tells it. All who are told share it: a thousand names are 16 KiB.
    pub fn text(&self) -> Bytes {
        self.text.clone()
    }
}

#[cfg(test)]
mod tests;
