//! The agents, the local file and the policy in, every element of every engine in one row out, in
//! the order of precedence.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use traefik_config::{Key, Problem, shown};

use super::policy::Policy;
use super::swarms::Speakers;
use crate::compile::{AgentRoutes, CompiledEngine, Node, Owner, Target};

/// All elements of all engines. A node's number is its rank: the lower one takes precedence.
pub(super) struct Ranked<'a> {
    /// All elements.
    pub(super) nodes: Vec<Placed<'a>>,
    /// What is known to be wrong before anything is merged.
    pub(super) problems: Vec<Problem>,
    /// The local file, whose nodes are the first.
    local: Option<&'a AgentRoutes>,
}

/// One element and where it lives.
pub(super) struct Placed<'a> {
    /// The agent.
    pub(super) agent: &'a AgentRoutes,
    /// The engine.
    pub(super) engine: &'a CompiledEngine,
    /// The element.
    pub(super) node: &'a Node,
    /// The number of the engine's first node.
    pub(super) base: usize,
}

impl<'a> Ranked<'a> {
    pub(super) fn of(agents: &'a [AgentRoutes], policy: &Policy) -> Self {
        let listed = policy.precedence.iter().enumerate();
        let listed: HashMap<&str, usize> = listed
            .rev()
            .map(|(rank, name)| (name.as_str(), rank))
            .collect();
        let rank = |agent: &AgentRoutes| listed.get(&*agent.name).copied();
        let mut agents: Vec<&AgentRoutes> = agents.iter().collect();
        agents.sort_by_key(|agent| {
            let rank = rank(agent).unwrap_or(usize::MAX);
            (!agent.local, rank, &agent.name)
        });

        let mut ranked = Self {
            nodes: Vec::new(),
            problems: Vec::new(),
            local: agents.first().filter(|agent| agent.local).copied(),
        };
        let speakers = Speakers::of(&agents);
        for agent in agents {
            let engines = agent.routes.engines.iter();
            for engine in engines.filter(|engine| speakers.is_heard(engine)) {
                ranked.problems.extend_from_slice(engine.problems());
                let base = ranked.nodes.len();
                let nodes = engine.elements.nodes.iter();
                ranked.nodes.extend(nodes.map(|node| Placed {
                    agent,
                    engine,
                    node,
                    base,
                }));
            }
        }
        ranked
    }

    /// The local file's element of this key_digest, if anybody may use it.
    pub(super) fn in_local_file(&self, key: &Key) -> Option<usize> {
        let at = self.local?.routes.engines.first()?.elements.find(key)?;
        (!self.nodes.get(at)?.node.cyclic).then_some(at)
    }

    /// What the local file defines and nothing usable of it names: it is written even if no host
    /// has a use for it, since whatever is beside the hub may.
    pub(super) fn unnamed_in_local_file(&self) -> Vec<usize> {
        let placed = self.nodes.iter().take_while(|placed| placed.is_local());
        let nodes: Vec<&Node> = placed.map(|placed| placed.node).collect();
        let usable = nodes.iter().filter(|node| !node.cyclic);
        let targets = usable.flat_map(|node| &node.targets);
        let named = targets.filter_map(|target| match target {
            Target::Own(at) => Some(*at),
            _ => None,
        });
        let named: HashSet<usize> = named.collect();
        let usable = |at: &usize| !nodes[*at].cyclic && !named.contains(at);
        (0..nodes.len()).filter(usable).collect()
    }

    /// The node that names the others' kin: the first that somebody wrote down, else the first.
    pub(super) fn lead(&self, nodes: &[usize]) -> usize {
        let written = nodes.iter().find(|&&at| !self.nodes[at].node.implicit);
        *written.or(nodes.first()).expect("no group is empty")
    }
}

impl Placed<'_> {
    /// True if the agent has more than this engine.
    pub(super) fn is_one_of_several(&self) -> bool {
        self.agent.routes.engines.len() > 1
    }

    /// True if the local file defines it.
    pub(super) fn is_local(&self) -> bool {
        self.agent.local
    }

    /// The local file, or the agent, and its engine where it has several, for messages.
    pub(super) fn called(&self) -> String {
        if self.agent.local {
            return "the hub's local file".to_owned();
        }
        let agent = shown(&self.agent.name);
        match self.is_one_of_several() {
            true => format!(
                "agent `{agent}` (engine `{}`)",
                shown(self.engine.endpoint())
            ),
            false => format!("agent `{agent}`"),
        }
    }

    /// The containers that ask for it.
    pub(super) fn owners(&self) -> impl Iterator<Item = Owner> {
        self.node.owners.iter().map(|owner| self.owner(owner))
    }

    /// This container of this engine.
    pub(super) fn owner(&self, container: &Arc<str>) -> Owner {
        Owner {
            home: Arc::clone(&self.engine.home),
            container: Arc::clone(container),
        }
    }

    /// The same problem, of this element, for each container that asks for it.
    pub(super) fn blame(&self, problem: &Problem) -> impl Iterator<Item = Problem> {
        let key = &self.node.key;
        let problem = problem.clone().of_element(key.section, key.kind, &key.name);
        self.owners().map(move |owner| Problem {
            origin: owner.origin(),
            ..problem.clone()
        })
    }
}
