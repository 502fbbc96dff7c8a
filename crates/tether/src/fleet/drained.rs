//! Drained agents' processes in, whether one of them may come back out.

use std::collections::VecDeque;

use tether_proto::RejectCode;

use super::agent_id::{AgentId, Rejection};

/// How many processes are remembered, of all agents together; the oldest makes room.
const LIMIT: usize = 1024;

/// The processes that were drained since the hub's start.
#[derive(Debug, Default)]
pub struct Drained {
    processes: VecDeque<(AgentId, String)>,
}

impl Drained {
    /// These processes of an agent stay out from now on.
    pub fn record(&mut self, id: &AgentId, instances: impl IntoIterator<Item = String>) {
        for instance in instances {
            if self.refusal(id, &instance).is_some() {
                continue;
            }
            if self.processes.len() == LIMIT {
                self.processes.pop_front();
            }
            self.processes.push_back((id.clone(), instance));
        }
    }

    /// Why a process is not let in, if it is one of them.
    pub fn refusal(&self, id: &AgentId, instance: &str) -> Option<Rejection> {
        let mut ours = self.processes.iter().filter(|(drained, _)| drained == id);
        ours.any(|(_, drained)| drained == instance)
            .then(|| Rejection {
                code: RejectCode::Drained,
                message: format!(
                    "agent `{id}` was drained: its routes are gone, and this process of it stays \
                     out; restart tetherd to bring the host back"
                ),
            })
    }

    /// True if a process of this agent was drained.
    pub fn knows(&self, id: &AgentId) -> bool {
        self.processes.iter().any(|(drained, _)| drained == id)
    }
}

#[cfg(test)]
mod tests;
