//! Many engines and the local file in, one configuration out: the merge rules in their order.
//!
//! Pure: the outcome depends on the agents' words, on who is held, on the local file and on the
//! policy, never on the order in which they came. What concerns one engine alone (rule 1, its own
//! references, what its elements mean) is done once for each push, in
//! [`AgentRoutes::for_traefik`].

mod circles;
mod claim;
mod conflicts;
mod engine;
mod names;
mod output;
mod plan;
mod ranked;
mod sameness;
mod servers;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use traefik_config::references::Reference;
use traefik_config::{Engine, Key, Origin, Problem, RouteSet, TraefikVersion};

use engine::{EngineElements, Names};
use ranked::Ranked;

/// One agent's last word, its containers made one engine by engine. Cheap to clone: made once
/// for each push, merged often. The hub's local file is one too, the first of all (rule 8).
#[derive(Debug, Clone)]
pub struct AgentRoutes {
    /// The agent's name; no two in one merge are equal. Empty for the local file.
    pub name: String,
    /// Whether the agent is heard.
    pub hold: Hold,
    /// True for the local file: it comes before all agents.
    local: bool,
    word: Arc<Word>,
}

#[derive(Debug)]
struct Word {
    /// Sorted by endpoint.
    engines: Vec<EngineElements>,
    problems: Vec<Problem>,
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
    /// The agents that come first where two claims cannot both stand, the first one first.
    pub precedence: Vec<String>,
    /// The entry points of a router that names none; empty: all that Traefik has.
    pub default_entry_points: Vec<String>,
    /// The Traefik that reads the configuration; the agents' words must be made for it.
    pub traefik: TraefikVersion,
}

/// One environment's configuration, with where everything comes from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Merged {
    /// What Traefik gets, by final name.
    pub elements: BTreeMap<Key, Arc<MergedElement>>,
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
    /// A live agent with this route set, for the newest Traefik.
    pub fn new(name: impl Into<String>, routes: &RouteSet) -> Self {
        Self::for_traefik(name, routes, TraefikVersion::NEWEST)
    }

    /// A live agent with this route set, for this Traefik: a container that asks for more than
    /// it has is left out.
    pub fn for_traefik(
        name: impl Into<String>,
        routes: &RouteSet,
        version: TraefikVersion,
    ) -> Self {
        let name = name.into();
        let mut problems = Vec::new();
        let mut engines: Vec<&Engine> = routes.engines.iter().collect();
        engines.sort_by_key(|engine| (&engine.endpoint, &engine.id, &engine.name));
        let engines = engines
            .into_iter()
            .map(|engine| {
                let (elements, told) = EngineElements::of(engine, Names::OfAHost, version);
                let told = told.into_iter();
                problems.extend(told.map(|problem| problem.of_engine(&name, &engine.endpoint)));
                elements
            })
            .collect();
        Self {
            name,
            hold: Hold::Live,
            local: false,
            word: Arc::new(Word { engines, problems }),
        }
    }

    /// The local file: an engine of which each container is one file, by its name. No two files
    /// have an element in common.
    pub fn of_local_file(files: &Engine, version: TraefikVersion) -> Self {
        let (elements, told) = EngineElements::of(files, Names::OfTheDocument, version);
        let of_file = |mut problem: Problem| {
            problem.origin.file = problem.origin.container.take();
            problem
        };
        Self {
            name: String::new(),
            hold: Hold::Live,
            local: true,
            word: Arc::new(Word {
                engines: vec![elements],
                problems: told.into_iter().map(of_file).collect(),
            }),
        }
    }

    /// The same routes, held or not.
    #[must_use]
    pub fn with_hold(mut self, hold: Hold) -> Self {
        self.hold = hold;
        self
    }
}

impl Merged {
    /// The element that a reference in a merged body means; none if it is another provider's or
    /// unresolved.
    pub fn target(&self, reference: &Reference) -> Option<&MergedElement> {
        let name = output::plain_name(&reference.name)?;
        let key = (reference.section, reference.kind, name.to_owned());
        self.elements.get(&key).map(|element| &**element)
    }
}

/// Merges the agents of one environment, and the local file if it is among them.
pub fn merge(agents: &[AgentRoutes], policy: &Policy) -> Merged {
    let ranked = Ranked::of(agents, policy);
    let classes = sameness::classes(&ranked);
    let plan = plan::plan(&ranked, &classes);
    let names = names::names(&ranked, &classes, &plan);
    let conflicts = conflicts::conflicts(&ranked, &plan, &names, policy);
    output::output(&ranked, &classes, &plan, &names, &conflicts)
}
