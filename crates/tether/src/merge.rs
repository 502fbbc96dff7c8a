//! Many engines and the local file in, one configuration out: the merge rules in their order.
//!
//! Pure: the outcome depends on the agents' words, on who is held, on the local file and on the
//! policy, never on the order in which they came. What concerns one engine alone (rule 1, its own
//! references, what its elements mean) is done once for each push, in
//! [`Word::new`].

mod circles;
mod claim;
mod conflicts;
mod definition;
mod elements;
mod engine;
mod names;
mod output;
mod plan;
mod ranked;
mod sameness;
mod servers;
mod swarms;
mod word;

use std::sync::Arc;

use serde_json::Value;
use traefik_config::references::Reference;
use traefik_config::{Key, Origin, Problem, TraefikVersion};

use ranked::Ranked;

pub use elements::Elements;
pub use word::{AgentRoutes, EngineWord, Owner, Word};

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
    /// What Traefik gets.
    pub elements: Elements,
    /// All that is not as its owner asked for, sorted; what the containers said themselves
    /// included, each with agent and engine.
    pub problems: Vec<Problem>,
}

/// One element as Traefik gets it.
#[derive(Debug, Clone, PartialEq)]
pub struct MergedElement {
    /// Its section, kind and final name.
    pub key: Arc<Key>,
    /// Its whole definition as JSON, servers and final references included, names sorted.
    pub body: Box<str>,
    /// True if nobody wrote it down.
    pub implicit: bool,
    /// The containers that ask for it, the first in precedence first.
    pub owners: Box<[Owner]>,
    /// Where the servers in the body come from, in the same order.
    pub servers: Box<[MergedServer]>,
}

/// One server of a load balancer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergedServer {
    /// The URL or address as Traefik sees it.
    pub address: Arc<str>,
    /// The container behind it.
    pub owner: Owner,
    /// Why this address and port; empty if a label gave them.
    pub reason: Arc<str>,
    /// True if its agent is not heard.
    pub held: bool,
}

impl MergedElement {
    /// Its definition as a value.
    pub fn value(&self) -> Value {
        serde_json::from_str(&self.body).expect("it was written as JSON")
    }

    /// The containers that ask for it, the first in precedence first.
    pub fn origins(&self) -> impl Iterator<Item = Origin> {
        self.owners.iter().map(Owner::origin)
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
