//! Picks one manager for each swarm.

use std::collections::HashMap;

use crate::compile::{AgentRoutes, CompiledEngine, Hold};

/// The manager that counts for each swarm, by the swarm's id. All managers report the same
/// services, which must count once; a manager that is cut off reports outdated ones.
pub(super) struct SwarmLeaders<'a>(HashMap<&'a str, &'a CompiledEngine>);

impl<'a> SwarmLeaders<'a> {
    /// Picks the first leader among the managers of connected agents, else the first manager.
    pub(super) fn of(agents: &[&'a AgentRoutes]) -> Self {
        let mut best: HashMap<&str, (_, &CompiledEngine)> = HashMap::new();
        for agent in agents {
            for engine in &agent.routes.engines {
                let (Some(id), Some(leads)) = (&engine.id, engine.leads_swarm) else {
                    continue;
                };
                let rank = (agent.hold != Hold::Live, !leads, !engine.listed);
                let leader = best.entry(id).or_insert((rank, engine));
                if rank < leader.0 {
                    *leader = (rank, engine);
                }
            }
        }
        let leaders = best.into_iter();
        Self(leaders.map(|(id, (_, engine))| (id, engine)).collect())
    }

    /// False for the other managers of a swarm.
    pub(super) fn counts(&self, engine: &CompiledEngine) -> bool {
        if engine.leads_swarm.is_none() {
            return true;
        }
        let leader = engine.id.as_deref().and_then(|id| self.0.get(id));
        leader.is_none_or(|leader| std::ptr::eq(*leader, engine))
    }
}
