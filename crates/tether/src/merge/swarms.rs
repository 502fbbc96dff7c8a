//! The agents in their order in, for each swarm the one manager that is heard out.

use std::collections::HashMap;

use crate::compile::{AgentRoutes, CompiledEngine, Hold};

/// The manager that speaks for each swarm, by the swarm's id. All managers tell the same, but one
/// that is cut off tells what was; and what each of them told would be there three times.
pub(super) struct Speakers<'a>(HashMap<&'a str, &'a CompiledEngine>);

impl<'a> Speakers<'a> {
    /// The first that leads of those that are heard, else the first that is heard.
    pub(super) fn of(agents: &[&'a AgentRoutes]) -> Self {
        let mut speakers: HashMap<&str, (_, &CompiledEngine)> = HashMap::new();
        for agent in agents {
            for engine in &agent.routes.engines {
                let (Some(id), Some(leads)) = (&engine.id, engine.leads_swarm) else {
                    continue;
                };
                let last = (agent.hold != Hold::Live, !leads, !engine.listed);
                let speaker = speakers.entry(id).or_insert((last, engine));
                if last < speaker.0 {
                    *speaker = (last, engine);
                }
            }
        }
        let speakers = speakers.into_iter();
        Self(speakers.map(|(id, (_, engine))| (id, engine)).collect())
    }

    /// False for a swarm for which another manager speaks.
    pub(super) fn is_heard(&self, engine: &CompiledEngine) -> bool {
        let id = engine
            .id
            .as_deref()
            .filter(|_| engine.leads_swarm.is_some());
        let speaker = id.and_then(|id| self.0.get(id));
        speaker.is_none_or(|speaker| std::ptr::eq(*speaker, engine))
    }
}
