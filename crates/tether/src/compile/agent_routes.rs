//! One agent's route set in, its word out: what its containers come to, engine by engine. Made
//! once for each push, merged often.

use std::sync::Arc;

use traefik_config::{Engine, Problem, RouteSet, TraefikVersion};

use super::engine::{EngineElements, NameScope};
use super::owner::Home;

/// One agent's last word, its containers made one engine by engine.
#[derive(Debug, Default)]
pub struct CompiledRoutes {
    /// Sorted by endpoint.
    pub engines: Vec<CompiledEngine>,
}

/// What was told of one engine.
#[derive(Debug)]
pub struct CompiledEngine {
    /// The engine's own id, if the agent knows it.
    pub id: Option<String>,
    /// The engine's host name, if the agent knows it.
    pub name: Option<String>,
    /// False while the agent could not list it yet.
    pub listed: bool,
    /// Set if it is a swarm: whether its manager leads the others.
    pub leads_swarm: Option<bool>,
    /// How many of its containers ask for something.
    pub containers: usize,
    pub(crate) home: Arc<Home>,
    pub(crate) elements: Arc<EngineElements>,
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

/// One agent's word, and whether the agent is heard. Cheap to clone. The hub's local file is one
/// too, the first of all (rule 8).
#[derive(Debug, Clone)]
pub struct AgentRoutes {
    /// The agent's name; no two in one merge are equal. Empty for the local file.
    pub(crate) name: Arc<str>,
    /// Whether the agent is heard.
    pub(crate) hold: Hold,
    /// True for the local file: it comes before all agents.
    pub(crate) local: bool,
    pub(crate) routes: Arc<CompiledRoutes>,
}

impl CompiledRoutes {
    /// What the agent of this name says, for this Traefik: a container that asks for more than it
    /// has is left out.
    pub fn new(agent: &str, routes: &RouteSet, version: TraefikVersion) -> Self {
        let mut engines: Vec<&Engine> = routes.engines.iter().collect();
        engines.sort_by_key(|engine| (&engine.endpoint, &engine.id, &engine.name));
        let engines = engines.into_iter().map(|engine| {
            let mut elements = EngineElements::of(engine, NameScope::Host, version);
            let told = std::mem::take(&mut elements.problems).into_iter();
            let told = told.map(|problem| problem.of_engine(agent, &engine.endpoint));
            elements.problems = told.collect();
            let home = Home {
                agent: agent.to_owned(),
                endpoint: engine.endpoint.clone(),
                local: false,
            };
            CompiledEngine::new(engine, home, elements)
        });
        Self {
            engines: engines.collect(),
        }
    }

    /// The local file: an engine of which each container is one file, by its name. No two files
    /// have an element in common.
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
        }
    }

    /// Leaves what the last word said of each engine that is not listed now.
    pub fn keep_unlisted(&mut self, last: &Self) {
        for engine in self.engines.iter_mut().filter(|engine| !engine.listed) {
            let same = |last: &&CompiledEngine| last.endpoint() == engine.endpoint();
            if let Some(last) = last.engines.iter().find(same) {
                engine.containers = last.containers;
                // A swarm without it would be heard beside the one that it is.
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

    /// What the agent said is wrong with its containers, and what the hub found.
    pub(crate) fn problems(&self) -> &[Problem] {
        &self.elements.problems
    }

    /// The engine's endpoint, as the agent was given it; empty on the legacy wire.
    pub fn endpoint(&self) -> &str {
        &self.home.endpoint
    }
}

impl AgentRoutes {
    /// A live agent with this route set, for the newest Traefik.
    pub fn new(name: impl AsRef<str>, routes: &RouteSet) -> Self {
        Self::for_traefik(name, routes, TraefikVersion::NEWEST)
    }

    /// A live agent with this route set, for this Traefik.
    pub fn for_traefik(name: impl AsRef<str>, routes: &RouteSet, version: TraefikVersion) -> Self {
        let name = name.as_ref();
        Self::from_compiled(name, Arc::new(CompiledRoutes::new(name, routes, version)))
    }

    /// A live agent with this word.
    pub fn from_compiled(name: &str, routes: Arc<CompiledRoutes>) -> Self {
        Self {
            name: name.into(),
            hold: Hold::Live,
            local: false,
            routes,
        }
    }

    /// The local file: an engine of which each container is one file, by its name. No two files
    /// have an element in common.
    pub fn of_local_file(files: &Engine, version: TraefikVersion) -> Self {
        Self {
            name: "".into(),
            hold: Hold::Live,
            local: true,
            routes: Arc::new(CompiledRoutes::of_local_file(files, version)),
        }
    }

    /// The same routes, held or not.
    #[must_use]
    pub fn with_hold(mut self, hold: Hold) -> Self {
        self.hold = hold;
        self
    }
}
