//! Compiles one agent's route set, engine by engine.

use std::sync::Arc;

use tether_proto::{Engine, RouteSet};
use traefik_config::{Problem, TraefikVersion};

use super::engine::EngineElements;
use super::owner::Home;
use super::target::NameScope;

/// The compiled elements of one agent.
#[derive(Debug, Default)]
pub struct CompiledRoutes {
    /// Sorted by endpoint.
    pub engines: Vec<CompiledEngine>,
    /// True for the agent inside the hub, which serves the gateway's own machine.
    pub of_gateway: bool,
}

/// The compiled elements of one engine.
#[derive(Debug)]
pub struct CompiledEngine {
    /// The engine's own id, if the agent knows it.
    pub id: Option<String>,
    /// The engine's host name, if the agent knows it.
    pub name: Option<String>,
    /// False until the agent has listed the engine.
    pub listed: bool,
    /// For a swarm manager: whether it is the leader.
    pub leads_swarm: Option<bool>,
    /// The number of containers that ask for something.
    pub containers: usize,
    pub(crate) home: Arc<Home>,
    pub(crate) elements: Arc<EngineElements>,
}

/// Whether an agent is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Hold {
    /// Connected.
    #[default]
    Live,
    /// Just lost: all its servers stay.
    Held,
    /// Lost for some time: servers with a live sibling are removed, the others stay.
    Settled,
}

/// One agent's compiled routes, and whether the agent is connected. Cheap to clone. The hub's local
/// file is one too, with the highest precedence (rule 8).
#[derive(Debug, Clone)]
pub struct AgentRoutes {
    /// The agent's name, unique within a merge. Empty for the local file.
    pub(crate) name: Arc<str>,
    /// Whether the agent is connected.
    pub(crate) hold: Hold,
    /// True for the local file, which takes precedence over all agents.
    pub(crate) local: bool,
    pub(crate) routes: Arc<CompiledRoutes>,
}

impl CompiledRoutes {
    /// Compiles the route set of the agent with this name, for this version of Traefik. Containers
    /// that need a newer one are left out.
    pub fn new(agent: &str, routes: &RouteSet, version: TraefikVersion) -> Self {
        let mut engines: Vec<&Engine> = routes.engines.iter().collect();
        engines.sort_by_key(|engine| (&engine.endpoint, &engine.id, &engine.name));
        let compiled = engines.into_iter().map(|engine| {
            let mut elements = EngineElements::of(engine, NameScope::Host, version);
            elements.problems = std::mem::take(&mut elements.problems)
                .into_iter()
                .map(|problem| problem.of_engine(agent, &engine.endpoint))
                .collect();
            let home = Home {
                agent: agent.to_owned(),
                endpoint: engine.endpoint.clone(),
                local: false,
            };
            CompiledEngine::new(engine, home, elements)
        });
        Self {
            engines: compiled.collect(),
            of_gateway: false,
        }
    }

    /// Compiles the local file, given as an engine with one container for each file. No two files
    /// define the same element.
    fn of_local_file(files: &Engine, version: TraefikVersion) -> Self {
        let mut elements = EngineElements::of(files, NameScope::Document, version);
        for problem in &mut elements.problems {
            problem.origin.file = problem.origin.container.take();
        }
        let home = Home {
            agent: String::new(),
            endpoint: String::new(),
            local: true,
        };
        Self {
            engines: vec![CompiledEngine::new(files, home, elements)],
            of_gateway: false,
        }
    }

    /// Keeps the previous elements of each engine that is not listed now.
    pub fn keep_unlisted(&mut self, last: &Self) {
        for engine in self.engines.iter_mut().filter(|engine| !engine.listed) {
            let same = |last: &&CompiledEngine| last.endpoint() == engine.endpoint();
            if let Some(last) = last.engines.iter().find(same) {
                engine.containers = last.containers;
                // Without them a swarm would count twice.
                engine.id = engine.id.take().or_else(|| last.id.clone());
                engine.leads_swarm = engine.leads_swarm.or(last.leads_swarm);
                engine.elements = Arc::clone(&last.elements);
            }
        }
    }
}

impl CompiledEngine {
    fn new(engine: &Engine, home: Home, elements: EngineElements) -> Self {
        Self {
            id: engine.id.clone(),
            name: engine.name.clone(),
            listed: engine.listed,
            leads_swarm: engine.swarm.as_ref().map(|swarm| swarm.leads),
            containers: engine.containers.len(),
            home: Arc::new(home),
            elements: Arc::new(elements),
        }
    }

    /// Problems of its containers, those that the agent reported and those found here.
    pub(crate) fn problems(&self) -> &[Problem] {
        &self.elements.problems
    }

    /// The engine's endpoint, as the agent was configured; empty for legacy agents.
    pub fn endpoint(&self) -> &str {
        &self.home.endpoint
    }
}

impl AgentRoutes {
    /// The routes of a connected agent, for the newest Traefik.
    pub fn new(name: impl AsRef<str>, routes: &RouteSet) -> Self {
        Self::for_traefik(name, routes, TraefikVersion::NEWEST)
    }

    /// The routes of a connected agent, for this version of Traefik.
    pub fn for_traefik(name: impl AsRef<str>, routes: &RouteSet, version: TraefikVersion) -> Self {
        let name = name.as_ref();
        Self::from_compiled(name, Arc::new(CompiledRoutes::new(name, routes, version)))
    }

    /// The compiled routes of a connected agent.
    pub fn from_compiled(name: &str, routes: Arc<CompiledRoutes>) -> Self {
        Self {
            name: name.into(),
            hold: Hold::Live,
            local: false,
            routes,
        }
    }

    /// The local file, given as an engine with one container for each file. No two files define the
    /// same element.
    pub fn of_local_file(files: &Engine, version: TraefikVersion) -> Self {
        Self {
            name: "".into(),
            hold: Hold::Live,
            local: true,
            routes: Arc::new(CompiledRoutes::of_local_file(files, version)),
        }
    }

    /// The same routes for an agent in this state.
    #[must_use]
    pub fn with_hold(mut self, hold: Hold) -> Self {
        self.hold = hold;
        self
    }
}
