//! Lists every element of every engine by precedence.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use traefik_config::{Key, Problem, shown};

use super::policy::Policy;
use super::swarms::SwarmLeaders;
use crate::compile::{AgentRoutes, CompiledEngine, Hold, Node, Owner, Target};

/// All elements of all engines. The index of a node is its rank: lower ones take precedence.
pub(super) struct Ranked<'a> {
    /// All elements.
    pub(super) nodes: Vec<Placed<'a>>,
    /// The problems that are known before the merge.
    pub(super) problems: Vec<Problem>,
    /// The local file, whose nodes come first.
    local: Option<&'a AgentRoutes>,
    /// The engines of the agents, each with the index of its first node.
    engines: Vec<(&'a AgentRoutes, &'a CompiledEngine, usize)>,
    /// The elements of the gateways' own files.
    gateway_files: &'a BTreeSet<Key>,
}

/// One element and its engine.
pub(super) struct Placed<'a> {
    /// The agent.
    pub(super) agent: &'a AgentRoutes,
    /// True if it may refer to services inside Traefik.
    pub(super) allows_internal: bool,
    /// The engine.
    pub(super) engine: &'a CompiledEngine,
    /// The element.
    pub(super) node: &'a Node,
    /// The index of the engine's first node.
    pub(super) base: usize,
}

impl<'a> Ranked<'a> {
    pub(super) fn of(agents: &'a [AgentRoutes], policy: &'a Policy) -> Self {
        let precedence: HashMap<&str, usize> = policy
            .precedence
            .iter()
            .enumerate()
            .rev()
            .map(|(rank, name)| (name.as_str(), rank))
            .collect();
        let mut agents: Vec<&AgentRoutes> = agents.iter().collect();
        agents.sort_by_key(|agent| {
            let rank = precedence.get(&*agent.name).copied();
            (!agent.local, rank.unwrap_or(usize::MAX), &agent.name)
        });

        let mut ranked = Self {
            nodes: Vec::new(),
            problems: Vec::new(),
            local: agents.first().filter(|agent| agent.local).copied(),
            engines: Vec::new(),
            gateway_files: &policy.gateway_files,
        };
        let leaders = SwarmLeaders::of(&agents);
        for agent in agents {
            let allows_internal = policy.allows_internal(agent);
            let engines = agent.routes.engines.iter();
            for engine in engines.filter(|engine| leaders.counts(engine)) {
                ranked.problems.extend_from_slice(engine.problems());
                let base = ranked.nodes.len();
                ranked.engines.push((agent, engine, base));
                let nodes = engine.elements.nodes.iter();
                ranked.nodes.extend(nodes.map(|node| Placed {
                    agent,
                    allows_internal,
                    engine,
                    node,
                    base,
                }));
            }
        }
        ranked
    }

    /// The local file's element with this key, if it can be used.
    pub(super) fn in_local_file(&self, key: &Key) -> Option<usize> {
        let at = self.local?.routes.engines.first()?.elements.find(key)?;
        (!self.nodes.get(at)?.node.cyclic).then_some(at)
    }

    /// The local file's element that `NAME@file` means; none if a gateway's own file has one of this
    /// name.
    pub(super) fn by_file_provider(&self, key: &Key) -> Option<usize> {
        let is_ours = !self.gateway_files.contains(key);
        is_ours.then(|| self.in_local_file(key))?
    }

    /// The first element with this key on an engine of this agent, if it can be used.
    pub(super) fn of_agent(&self, name: &str, key: &Key) -> Option<usize> {
        let mut found = self.engines_of(name).filter_map(|(engine, base)| {
            let at = base + engine.elements.find(key)?;
            (!self.nodes[at].node.cyclic).then_some(at)
        });
        found.next()
    }

    /// True if there is an agent of this name.
    pub(super) fn has_agent(&self, name: &str) -> bool {
        self.engines_of(name).next().is_some()
    }

    fn engines_of(&self, name: &str) -> impl Iterator<Item = (&CompiledEngine, usize)> {
        let engines = self.engines.iter();
        let of_agent = engines.filter(move |(agent, ..)| !agent.local && *agent.name == *name);
        of_agent.map(|(_, engine, base)| (*engine, *base))
    }

    /// The local file's elements that no other element of it uses. They are written even if no host
    /// uses them, since Traefik's other providers may.
    pub(super) fn unused_in_local_file(&self) -> Vec<usize> {
        let placed = self.nodes.iter().take_while(|placed| placed.is_local());
        let nodes: Vec<&Node> = placed.map(|placed| placed.node).collect();
        let used: HashSet<usize> = nodes
            .iter()
            .filter(|node| !node.cyclic)
            .flat_map(|node| &node.targets)
            .filter_map(|target| match target {
                Target::Own(at) => Some(*at),
                _ => None,
            })
            .collect();
        let is_unused = |at: &usize| !nodes[*at].cyclic && !used.contains(at);
        (0..nodes.len()).filter(is_unused).collect()
    }

    /// The node whose name stands for a group: the first explicit one, else the first.
    pub(super) fn lead(&self, nodes: &[usize]) -> usize {
        let explicit = nodes.iter().find(|&&at| !self.nodes[at].node.implicit);
        *explicit.or(nodes.first()).expect("no group is empty")
    }
}

impl Placed<'_> {
    /// True if the agent has several engines.
    pub(super) fn is_one_of_several(&self) -> bool {
        self.agent.routes.engines.len() > 1
    }

    /// True if the local file defines it.
    pub(super) fn is_local(&self) -> bool {
        self.agent.local
    }

    /// True if its agent has been lost for some time.
    pub(super) fn is_lost(&self) -> bool {
        self.agent.hold == Hold::Settled
    }

    /// The local file or the agent, with the engine if the agent has several, for messages.
    pub(super) fn describe_owner(&self) -> String {
        if self.agent.local {
            return "the hub's local file".to_owned();
        }
        let agent = shown(&self.agent.name);
        if self.is_one_of_several() {
            let engine = shown(self.engine.endpoint());
            format!("agent `{agent}` (engine `{engine}`)")
        } else {
            format!("agent `{agent}`")
        }
    }

    /// The containers that ask for it.
    pub(super) fn owners(&self) -> impl Iterator<Item = Owner> {
        self.node.owners.iter().map(|owner| self.owner(owner))
    }

    /// This container of its engine.
    pub(super) fn owner(&self, container: &Arc<str>) -> Owner {
        Owner {
            home: Arc::clone(&self.engine.home),
            container: Arc::clone(container),
        }
    }

    /// The problem of this element, once for each container that asks for it.
    pub(super) fn report(&self, problem: &Problem) -> impl Iterator<Item = Problem> {
        let key = &self.node.key;
        let problem = problem.clone().of_element(key.section, key.kind, &key.name);
        self.owners().map(move |owner| Problem {
            origin: owner.origin(),
            ..problem.clone()
        })
    }
}
