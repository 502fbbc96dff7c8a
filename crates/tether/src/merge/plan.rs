//! Plans what is written: each router once, and each service once for each set of engines that its
//! users come from (rule 4).

use std::collections::VecDeque;

use ahash::AHashMap;
use traefik_config::{Key, Kind};

use super::equivalence::{Classes, Nodes};
use super::ranked::Ranked;
use crate::compile::{Signature, Target, is_internal, key_digest, order};

/// The elements to write.
pub(super) struct Plan<'a> {
    /// Every element to write.
    pub(super) instances: Vec<Instance<'a>>,
    /// The demand for each name, by the digest of its key.
    pub(super) demands: AHashMap<Signature, NameDemand>,
    /// For each instance in a cycle the members of that cycle.
    pub(super) cycles: AHashMap<usize, Vec<usize>>,
}

/// The demand for one name in the merged configuration.
pub(super) struct NameDemand {
    /// The class that gets the name, and that `name@http` refers to.
    pub(super) owner: usize,
    /// All instances that want the name.
    pub(super) instances: Nodes,
    /// The planner's round in which the name appeared.
    round: usize,
}

/// One element to write, made of equivalent nodes.
pub(super) struct Instance<'a> {
    /// The nodes that define it, by precedence.
    pub(super) nodes: Nodes,
    /// The node that provides its name and definition.
    pub(super) lead: usize,
    /// The class of that node.
    pub(super) class: usize,
    /// The target of each reference.
    pub(super) links: Vec<Link<'a>>,
}

/// The target of a reference in the merged configuration.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Link<'a> {
    /// The instance with this index.
    To(usize),
    /// The element with this name in the merged configuration.
    Shared(&'a Key),
    /// An element of another provider.
    Foreign,
    /// A service inside Traefik that none of the agents may use.
    Internal,
    /// Several hosts define this name differently.
    Ambiguous,
    /// There is no such element.
    Missing,
}

pub(super) fn plan<'a>(ranked: &'a Ranked<'_>, classes: &'a Classes) -> Plan<'a> {
    let mut planner = Planner {
        ranked,
        classes,
        plan: Plan {
            // Most classes are written once.
            instances: Vec::with_capacity(classes.members.len()),
            demands: AHashMap::new(),
            cycles: AHashMap::new(),
        },
        by_class: vec![None; classes.members.len()],
        by_nodes: AHashMap::new(),
        shares: false,
        pending: VecDeque::new(),
    };
    for root in planner.roots() {
        planner.require_class(root);
    }
    for node in ranked.unused_in_local_file() {
        let class = classes.of[node].expect("a node that may be used has a class");
        if planner.by_class[class].is_none() {
            planner.require(&[node]);
        }
    }
    planner.follow_references();
    planner.cut_cycles();
    planner.plan
}

struct Planner<'a> {
    ranked: &'a Ranked<'a>,
    classes: &'a Classes,
    plan: Plan<'a>,
    /// The instance of all nodes of a class.
    by_class: Vec<Option<usize>>,
    /// The instances of some nodes, which may be of several classes.
    by_nodes: AHashMap<Nodes, usize>,
    /// True if any reference names the merged configuration or an agent.
    shares: bool,
    /// Instances whose links are not resolved yet.
    pending: VecDeque<usize>,
}

impl<'a> Planner<'a> {
    /// The classes to start from, with the servers of all their engines: routers, and whatever no
    /// other element uses.
    fn roots(&self) -> Vec<usize> {
        let mut is_used = vec![false; self.classes.members.len()];
        for placed in self
            .ranked
            .nodes
            .iter()
            .filter(|placed| !placed.node.cyclic)
        {
            for target in &placed.node.targets {
                let target = match target {
                    Target::Own(at) => Some(placed.base + at),
                    Target::Local(key) => self.ranked.in_local_file(key),
                    Target::File(key) => self.ranked.by_file_provider(key),
                    Target::Shared(_) | Target::Agent(..) | Target::Foreign | Target::Missing => {
                        None
                    }
                };
                if let Some(class) = target.and_then(|at| self.classes.of[at]) {
                    is_used[class] = true;
                }
            }
        }
        let all = 0..self.classes.members.len();
        all.filter(|&class| self.is_router(class) || !is_used[class])
            .collect()
    }

    fn is_router(&self, class: usize) -> bool {
        let first = self.classes.members[class].first();
        first.is_some_and(|&at| self.ranked.nodes[at].node.key.kind == Kind::Routers)
    }

    /// Returns the instance of exactly these nodes, or of their whole class where that makes no
    /// difference to any service.
    fn require(&mut self, nodes: &[usize]) -> usize {
        let lead = self.ranked.lead(nodes);
        let class = self.classes.of[lead].expect("a node that may be used has a class");
        let is_same_everywhere = self.is_router(class) || !self.ranked.nodes[lead].node.serves;
        if is_same_everywhere || *nodes == self.classes.members[class][..] {
            return self.require_class(class);
        }
        if let Some(&instance) = self.by_nodes.get(nodes) {
            return instance;
        }
        let instance = self.add(nodes.into(), lead, class);
        self.by_nodes.insert(nodes.into(), instance);
        instance
    }

    /// Returns the instance of a whole class.
    fn require_class(&mut self, class: usize) -> usize {
        if let Some(instance) = self.by_class[class] {
            return instance;
        }
        let nodes = self.classes.members[class].clone();
        let lead = self.ranked.lead(&nodes);
        let instance = self.add(nodes, lead, class);
        self.by_class[class] = Some(instance);
        instance
    }

    fn add(&mut self, nodes: Nodes, lead: usize, class: usize) -> usize {
        let at = self.plan.instances.len();
        self.plan.instances.push(Instance {
            nodes,
            lead,
            class,
            links: Vec::new(),
        });
        self.pending.push_back(at);
        at
    }

    /// Follows all references. Shared names come last: their owners are known only when all
    /// elements that hosts use themselves are in the plan.
    fn follow_references(&mut self) {
        let mut known = 0;
        let mut resolved = 0;
        loop {
            while let Some(at) = self.pending.pop_front() {
                self.plan.instances[at].links = self.links(at);
            }
            self.find_owners(known);
            known = self.plan.instances.len();
            if resolved == known {
                return;
            }
            while resolved < known {
                self.resolve_shared(resolved);
                resolved += 1;
            }
        }
    }

    fn links(&mut self, instance: usize) -> Vec<Link<'a>> {
        let nodes = std::mem::take(&mut self.plan.instances[instance].nodes);
        let lead = self.ranked.nodes[self.plan.instances[instance].lead].node;
        let mut links = Vec::with_capacity(lead.targets.len());
        for (reference, target) in lead.targets.iter().enumerate() {
            links.push(match target {
                Target::Own(_) => Link::To(self.common_target(&nodes, reference)),
                Target::Local(key) => match self.ranked.in_local_file(key) {
                    Some(at) => Link::To(self.require(&[at])),
                    None => Link::Missing,
                },
                Target::File(key) => match self.ranked.by_file_provider(key) {
                    Some(at) => Link::To(self.require(&[at])),
                    None => Link::Foreign,
                },
                Target::Agent(agent, key) => match self.ranked.of_agent(agent, key) {
                    Some(at) => {
                        self.shares = true;
                        Link::To(self.require(&[at]))
                    }
                    None => Link::Missing,
                },
                Target::Shared(key) => Link::Shared(key),
                Target::Foreign if self.is_internal(&nodes, reference) => Link::Internal,
                Target::Foreign => Link::Foreign,
                Target::Missing => Link::Missing,
            });
        }
        self.plan.instances[instance].nodes = nodes;
        links
    }

    /// The common target of one reference on the engines of these nodes.
    fn common_target(&mut self, nodes: &[usize], reference: usize) -> usize {
        let target = |&at: &usize| {
            let placed = &self.ranked.nodes[at];
            match placed.node.targets.get(reference) {
                Some(Target::Own(own)) => Some(placed.base + own),
                _ => None,
            }
        };
        let mut targets: Nodes = nodes.iter().filter_map(target).collect();
        targets.sort_unstable();
        targets.dedup();
        self.require(&targets)
    }

    /// True if this reference means a service inside Traefik, and none of the nodes may use it.
    fn is_internal(&self, nodes: &[usize], reference: usize) -> bool {
        let mut placed = nodes.iter().map(|&at| &self.ranked.nodes[at]);
        placed.all(|placed| {
            let reference = placed.node.references.get(reference);
            !placed.allows_internal && reference.is_some_and(is_internal)
        })
    }

    /// The instance of highest precedence owns a name. Later rounds do not change the owner.
    fn find_owners(&mut self, from: usize) {
        let new = self.plan.instances.iter().enumerate().skip(from);
        self.plan.demands.reserve(new.len());
        let first = |class: usize| self.classes.members[class].first();
        for (at, instance) in new {
            let digest = self.ranked.nodes[instance.lead].node.key_digest;
            let demand = self
                .plan
                .demands
                .entry(digest)
                .or_insert_with(|| NameDemand {
                    owner: instance.class,
                    instances: Nodes::new(),
                    round: from,
                });
            demand.instances.push(at);
            if demand.round == from && first(instance.class) < first(demand.owner) {
                demand.owner = instance.class;
            }
        }
    }

    fn resolve_shared(&mut self, instance: usize) {
        for at in 0..self.plan.instances[instance].links.len() {
            let Link::Shared(key) = self.plan.instances[instance].links[at] else {
                continue;
            };
            let link = match self.plan.demands.get(&key_digest(key)) {
                Some(demand) if self.is_ambiguous(demand) => Link::Ambiguous,
                Some(demand) => Link::To(self.require_class(demand.owner)),
                None => Link::Missing,
            };
            self.shares = true;
            self.plan.instances[instance].links[at] = link;
        }
    }

    /// True if several hosts define a name differently, and the local file does not.
    fn is_ambiguous(&self, demand: &NameDemand) -> bool {
        let class = |at: &usize| self.plan.instances[*at].class;
        let first = self.classes.members[demand.owner].first();
        let is_local = first.is_some_and(|&at| self.ranked.nodes[at].is_local());
        let mut instances = demand.instances.iter();
        !is_local && instances.any(|at| class(at) != demand.owner)
    }

    /// Only shared names and those of an agent can form a cycle over several engines.
    fn cut_cycles(&mut self) {
        if !self.shares {
            return;
        }
        let edges: Vec<Vec<usize>> = self.plan.instances.iter().map(Instance::targets).collect();
        let order = order(&edges);
        let mut cycles: AHashMap<usize, Vec<usize>> = AHashMap::new();
        for (at, cycle) in order.cycle.iter().enumerate() {
            if let Some(cycle) = cycle {
                cycles.entry(*cycle).or_default().push(at);
            }
        }
        for members in cycles.into_values() {
            for &at in &members {
                self.plan.cycles.insert(at, members.clone());
            }
        }
        for instance in &mut self.plan.instances {
            for link in &mut instance.links {
                if matches!(link, Link::To(at) if order.cycle[*at].is_some()) {
                    *link = Link::Missing;
                }
            }
        }
    }
}

impl Instance<'_> {
    /// The instances that its references lead to.
    pub(super) fn targets(&self) -> Vec<usize> {
        let links = self.links.iter();
        links
            .filter_map(|link| match link {
                Link::To(at) => Some(*at),
                _ => None,
            })
            .collect()
    }
}
