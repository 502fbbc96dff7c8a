//! Remembers the processes of drained agents, which are not accepted again.

use std::collections::VecDeque;

use tether_proto::RejectCode;

use super::agent_id::{AgentId, Rejection};

/// The most processes that are remembered, of all agents together. The oldest is dropped first.
const PROCESSES_LIMIT: usize = 1024;

/// The processes that were drained since the hub's start.
#[derive(Debug, Default)]
pub struct Drained {
    processes: VecDeque<(AgentId, String)>,
}

impl Drained {
    /// Remembers these processes of an agent.
    pub fn record(&mut self, id: &AgentId, instances: impl IntoIterator<Item = String>) {
        for instance in instances {
            if self.rejection(id, &instance).is_some() {
                continue;
            }
            if self.processes.len() == PROCESSES_LIMIT {
                self.processes.pop_front();
            }
            self.processes.push_back((id.clone(), instance));
        }
    }

    /// The rejection of a process, if it was drained.
    pub fn rejection(&self, id: &AgentId, instance: &str) -> Option<Rejection> {
        let mut ours = self.processes.iter().filter(|(drained, _)| drained == id);
        ours.any(|(_, drained)| drained == instance)
            .then(|| Rejection {
                code: RejectCode::Drained,
                message: format!(
                    "agent `{id}` was drained: its routes are removed, and this process is not \
                     accepted again; restart tetherd to bring the host back"
                ),
            })
    }

    /// True if a process of this agent was drained.
    pub fn contains(&self, id: &AgentId) -> bool {
        self.processes.iter().any(|(drained, _)| drained == id)
    }
}

#[cfg(test)]
mod tests;
