//! The classes in, what is written out: each router once, and each service once for each set of
//! engines that it is wanted from (rule 4).

use std::collections::VecDeque;

use ahash::AHashMap;
use traefik_config::{Key, Kind};

use super::equivalence::{Classes, Nodes};
use super::ranked::Ranked;
use crate::compile::{Signature, Target, key_digest, order};

/// What is written.
pub(super) struct Plan<'a> {
    /// Every element that is written.
    pub(super) instances: Vec<Instance<'a>>,
    /// Who wants each key_digest, by its digest.
    pub(super) wishes: AHashMap<Signature, Wish>,
    /// For each instance the others that it is in a cycle with, itself included.
    pub(super) cycles: AHashMap<usize, Vec<usize>>,
}

/// Who wants one place in the merged whole.
pub(super) struct Wish {
    /// The class that has it: what `name@http` means.
    pub(super) owner: usize,
    /// All instances that want it.
    pub(super) instances: Nodes,
    /// Which round of the planner saw it first.
    round: usize,
}

/// One element that is written: some nodes that are the same.
pub(super) struct Instance<'a> {
    /// Who defines it, in the order of precedence.
    pub(super) nodes: Nodes,
    /// The node whose name and definition it bears.
    pub(super) lead: usize,
    /// The class of that node.
    pub(super) class: usize,
    /// What each of its references means.
    pub(super) links: Vec<Link<'a>>,
}

/// What a reference of a written element means.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Link<'a> {
    /// This instance.
    To(usize),
    /// The plain name in the merged whole.
    Shared(&'a Key),
    /// Something that is not ours to resolve.
    Foreign,
    /// Nothing.
    Missing,
}

pub(super) fn plan<'a>(ranked: &'a Ranked<'_>, classes: &'a Classes) -> Plan<'a> {
    let mut planner = Planner {
        ranked,
        classes,
        plan: Plan {
            // Most classes are written once.
            instances: Vec::with_capacity(classes.members.len()),
            wishes: AHashMap::new(),
            cycles: AHashMap::new(),
        },
        whole: vec![None; classes.members.len()],
        parts: AHashMap::new(),
        shares: false,
        new: VecDeque::new(),
    };
    for root in planner.roots() {
        planner.want_whole(root);
    }
    for node in ranked.unnamed_in_local_file() {
        let class = classes.of[node].expect("a node that may be used has a class");
        if planner.whole[class].is_none() {
            planner.want(&[node]);
        }
    }
    planner.work();
    planner.cut_cycles();
    planner.plan
}

struct Planner<'a> {
    ranked: &'a Ranked<'a>,
    classes: &'a Classes,
    plan: Plan<'a>,
    /// The instance of all nodes of a class.
    whole: Vec<Option<usize>>,
    /// The instances of some nodes, which may be of several classes.
    parts: AHashMap<Nodes, usize>,
    /// True if any name is shared over engines.
    shares: bool,
    /// Instances whose links are not known yet.
    new: VecDeque<usize>,
}

impl<'a> Planner<'a> {
    /// The routers, and all that nobody refers to: they have the servers of all their engines.
    fn roots(&self) -> Vec<usize> {
        let mut named = vec![false; self.classes.members.len()];
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
                    Target::Shared(_) | Target::Foreign | Target::Missing => None,
                };
                if let Some(class) = target.and_then(|at| self.classes.of[at]) {
                    named[class] = true;
                }
            }
        }
        let all = 0..self.classes.members.len();
        all.filter(|&class| self.is_router(class) || !named[class])
            .collect()
    }

    fn is_router(&self, class: usize) -> bool {
        let first = self.classes.members[class].first();
        first.is_some_and(|&at| self.ranked.nodes[at].node.key.kind == Kind::Routers)
    }

    /// The instance of exactly these nodes; of all that are the same where it makes no
    /// difference to any service.
    fn want(&mut self, nodes: &[usize]) -> usize {
        let lead = self.ranked.lead(nodes);
        let class = self.classes.of[lead].expect("a node that may be used has a class");
        let alike = self.is_router(class) || !self.ranked.nodes[lead].node.serves;
        if alike || *nodes == self.classes.members[class][..] {
            return self.want_whole(class);
        }
        if let Some(&instance) = self.parts.get(nodes) {
            return instance;
        }
        let instance = self.write(nodes.into(), lead, class);
        self.parts.insert(nodes.into(), instance);
        instance
    }

    /// The instance of all that are the same.
    fn want_whole(&mut self, class: usize) -> usize {
        if let Some(instance) = self.whole[class] {
            return instance;
        }
        let nodes = self.classes.members[class].clone();
        let lead = self.ranked.lead(&nodes);
        let instance = self.write(nodes, lead, class);
        self.whole[class] = Some(instance);
        instance
    }

    fn write(&mut self, nodes: Nodes, lead: usize, class: usize) -> usize {
        let at = self.plan.instances.len();
        self.plan.instances.push(Instance {
            nodes,
            lead,
            class,
            links: Vec::new(),
        });
        self.new.push_back(at);
        at
    }

    /// Follows all references. Shared names come last: who owns a name is only known when all
    /// that hosts refer to among themselves is there.
    fn work(&mut self) {
        let mut known = 0;
        let mut shared = 0;
        loop {
            while let Some(at) = self.new.pop_front() {
                self.plan.instances[at].links = self.links(at);
            }
            self.find_owners(known);
            known = self.plan.instances.len();
            if shared == known {
                return;
            }
            while shared < known {
                self.share(shared);
                shared += 1;
            }
        }
    }

    fn links(&mut self, instance: usize) -> Vec<Link<'a>> {
        let nodes = std::mem::take(&mut self.plan.instances[instance].nodes);
        let lead = self.ranked.nodes[self.plan.instances[instance].lead].node;
        let mut links = Vec::with_capacity(lead.targets.len());
        for (place, target) in lead.targets.iter().enumerate() {
            links.push(match target {
                Target::Own(_) => Link::To(self.follow(&nodes, place)),
                Target::Local(key) => match self.ranked.in_local_file(key) {
                    Some(at) => Link::To(self.want(&[at])),
                    None => Link::Missing,
                },
                Target::Shared(key) => Link::Shared(key),
                Target::Foreign => Link::Foreign,
                Target::Missing => Link::Missing,
            });
        }
        self.plan.instances[instance].nodes = nodes;
        links
    }

    /// What the same reference means on each of these nodes' engines, together.
    fn follow(&mut self, nodes: &[usize], place: usize) -> usize {
        let targets = nodes.iter().filter_map(|&at| {
            let placed = &self.ranked.nodes[at];
            match placed.node.targets.get(place) {
                Some(Target::Own(own)) => Some(placed.base + own),
                _ => None,
            }
        });
        let mut targets: Nodes = targets.collect();
        targets.sort_unstable();
        targets.dedup();
        self.want(&targets)
    }

    /// The first in precedence owns a name; an owner stays one.
    fn find_owners(&mut self, from: usize) {
        let new = self.plan.instances.iter().enumerate().skip(from);
        self.plan.wishes.reserve(new.len());
        let first = |class: usize| self.classes.members[class].first();
        for (at, instance) in new {
            let place = self.ranked.nodes[instance.lead].node.key_digest;
            let wish = self.plan.wishes.entry(place).or_insert_with(|| Wish {
                owner: instance.class,
                instances: Nodes::new(),
                round: from,
            });
            wish.instances.push(at);
            if wish.round == from && first(instance.class) < first(wish.owner) {
                wish.owner = instance.class;
            }
        }
    }

    fn share(&mut self, instance: usize) {
        for at in 0..self.plan.instances[instance].links.len() {
            let Link::Shared(key) = self.plan.instances[instance].links[at] else {
                continue;
            };
            let link = match self.plan.wishes.get(&key_digest(key)) {
                Some(wish) => Link::To(self.want_whole(wish.owner)),
                None => Link::Missing,
            };
            self.shares = true;
            self.plan.instances[instance].links[at] = link;
        }
    }

    /// Over engines a cycle can only come from shared names.
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
    fn targets(&self) -> Vec<usize> {
        let targets = self.links.iter().filter_map(|link| match link {
            Link::To(at) => Some(*at),
            _ => None,
        });
        targets.collect()
    }
}
