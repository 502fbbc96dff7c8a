//! The names of all agents in, what each agent is told of them out: written once for all.

use std::collections::BTreeSet;

use axum::body::Bytes;
use tether_proto::HubMessage;

use crate::agent_id::AgentId;

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
mod tests {
    use super::*;

    #[test]
    fn it_knows_its_names_and_says_them() {
        let names = || vec!["a".to_owned(), "lab/a".to_owned()];
        let roster = Roster::new(names());
        let id = |env: &str, name: &str| AgentId {
            env: env.to_owned(),
            name: name.to_owned(),
        };
        assert!(roster.has(&id("default", "a")) && roster.has(&id("lab", "a")));
        assert!(!roster.has(&id("default", "b")));
        assert!(roster.is_of(&names()));
        assert!(!roster.is_of(&names()[..1]));
        let told: HubMessage = serde_json::from_slice(&roster.text()).unwrap();
        assert_eq!(told, HubMessage::Roster { agents: names() });
        assert!(Roster::default().is_of(&[]));
    }
}
