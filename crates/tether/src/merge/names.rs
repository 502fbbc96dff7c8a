//! Gives every element its final name. Elements with one name that are not equivalent get different
//! names (rule 5), except those that Traefik has only one of (rule 7).

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::HashSet;

use tether_runtime::hex;
use traefik_config::{Code, Key, Kind, Problem, is_global, shown};

use super::equivalence::{Classes, Nodes};
use super::plan::{Instance, Plan};
use super::ranked::Ranked;
use super::unresolved::reference_to;
use crate::compile::{Hash, key_digest};

/// The final names, and who was renamed.
pub(super) struct Names<'a> {
    /// By instance.
    pub(super) names: Vec<Cow<'a, str>>,
    /// The instances that were renamed, each with the problem to report.
    pub(super) renamed: Vec<(usize, Problem)>,
}

/// The longest name of an element.
const NAME_MAX_BYTES: usize = 256;

/// How much of an agent's name is used in an element's name.
const AGENT_MAX_CHARS: usize = 64;

/// Digits of a short hash.
const HASH_DIGITS: usize = 6;

pub(super) fn names<'a>(
    ranked: &'a Ranked<'_>,
    classes: &Classes,
    plan: &'a Plan<'_>,
) -> Names<'a> {
    let mut namer = Namer {
        ranked,
        plan,
        given: HashSet::new(),
        names: plan
            .instances
            .iter()
            .map(|one| Cow::from(&ranked.nodes[one.lead].node.key.name))
            .collect(),
    };
    let mut renamed = Vec::new();
    for contenders in contenders(ranked, classes, plan) {
        let keeper = contenders[0];
        for (at, class) in contenders
            .chunk_by(|&one, &other| same_class(plan, one, other))
            .enumerate()
        {
            namer.name_class(class, at > 0);
            if at > 0 {
                renamed.extend(namer.report_renamed(class, keeper));
            }
        }
    }
    Names {
        names: namer.names,
        renamed,
    }
}

/// The groups of several instances with one name. The class that keeps the name comes first, then
/// the others by precedence; within a class the largest instance comes first.
fn contenders(ranked: &Ranked<'_>, classes: &Classes, plan: &Plan<'_>) -> Vec<Nodes> {
    let several = plan.demands.values().filter(|demand| {
        let lead = |at: usize| ranked.nodes[plan.instances[at].lead].node;
        demand.instances.len() > 1 && !is_global(&lead(demand.instances[0]).key)
    });
    let mut groups: Vec<Nodes> = several.map(|demand| demand.instances.clone()).collect();
    // Later groups must avoid the names that earlier ones were given, so the order matters.
    groups.sort_unstable();
    for group in &mut groups {
        group.sort_by_cached_key(|&at| {
            let instance = &plan.instances[at];
            let digest = &ranked.nodes[instance.lead].node.key_digest;
            let owner = plan.demands.get(digest).map(|demand| demand.owner);
            let keeps = owner == Some(instance.class);
            let first = classes.members[instance.class].first();
            // The local file's service keeps its name even if another one is larger.
            let is_local = ranked.nodes[instance.nodes[0]].is_local();
            (
                !keeps,
                first,
                !is_local,
                Reverse(instance.nodes.len()),
                &instance.nodes,
            )
        });
    }
    groups
}

fn same_class(plan: &Plan<'_>, one: usize, other: usize) -> bool {
    plan.instances[one].class == plan.instances[other].class
}

struct Namer<'a> {
    ranked: &'a Ranked<'a>,
    plan: &'a Plan<'a>,
    /// The new names. Names that are kept are in the plan.
    given: HashSet<Key>,
    names: Vec<Cow<'a, str>>,
}

impl Namer<'_> {
    /// Names the instances of one class. The largest one keeps its name unless `renamed`.
    fn name_class(&mut self, instances: &[usize], renamed: bool) {
        let Some((&largest, smaller)) = instances.split_first() else {
            return;
        };
        let placed = &self.ranked.nodes[self.plan.instances[largest].lead];
        let key = &placed.node.key;
        if renamed {
            let agent = slug(&placed.agent.name);
            let mut hash = Hash::default();
            hash.add(&placed.agent.name).add(placed.engine.endpoint());
            let seed = hash.finish();
            let plain = (!placed.is_one_of_several()).then(|| agent.clone());
            let hashed = (0..).map(|round| format!("{agent}-{}", short(&seed, round)));
            let name = self.free_name(key, &key.name, plain.into_iter().chain(hashed));
            self.names[largest] = name.into();
        }
        let base = self.names[largest].clone();
        for &at in smaller {
            let seed = self.engines(&self.plan.instances[at]);
            let name = self.free_name(key, &base, (0..).map(|round| short(&seed, round)));
            self.names[at] = name.into();
        }
    }

    /// The base with the first of these suffixes that makes a free name.
    fn free_name(
        &mut self,
        key: &Key,
        base: &str,
        suffixes: impl Iterator<Item = String>,
    ) -> String {
        let mut candidates = suffixes.map(|suffix| {
            let room = NAME_MAX_BYTES.saturating_sub(suffix.len() + 1);
            let name = format!("{}-{suffix}", cut(base, room));
            Key::new(key.section, key.kind, name)
        });
        let free = candidates
            .find(|key| {
                !self.plan.demands.contains_key(&key_digest(key)) && !self.given.contains(key)
            })
            .expect("the suffixes do not end, and finitely many names are taken");
        let name = free.name.clone();
        self.given.insert(free);
        name
    }

    /// A digest of the engines that an instance comes from.
    fn engines(&self, instance: &Instance<'_>) -> [u8; 16] {
        let mut hash = Hash::default();
        for &at in &instance.nodes {
            let placed = &self.ranked.nodes[at];
            hash.add(&placed.agent.name).add(placed.engine.endpoint());
            hash.add(&placed.node.key.name);
        }
        hash.finish()
    }

    /// Reports the new names to the containers that define the elements explicitly.
    fn report_renamed(&self, instances: &[usize], keeper: usize) -> Vec<(usize, Problem)> {
        let keeper = &self.ranked.nodes[self.plan.instances[keeper].lead];
        let key = &*keeper.node.key;
        let share = match key.kind {
            Kind::Routers => String::new(),
            _ => format!(
                ", or refer to `{}` to share it",
                reference_to(keeper, &key.name)
            ),
        };
        let mut problems = Vec::new();
        for &at in instances {
            let message = format!(
                "{key} is served as `{new}`: {keeper} defines another one with this name and takes \
                 precedence; rename one of them{share}",
                new = shown(&self.names[at]),
                keeper = keeper.describe_owner(),
            );
            let problem = Problem::info(Code::Renamed, message);
            let nodes = self.plan.instances[at].nodes.iter();
            let explicit = nodes
                .map(|&node| &self.ranked.nodes[node])
                .filter(|placed| !placed.node.implicit);
            let reports = explicit.flat_map(|placed| placed.report(&problem));
            problems.extend(reports.map(|problem| (at, problem)));
        }
        problems
    }
}

/// An agent's name as part of an element's name.
fn slug(agent: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let chars = agent.chars().take(AGENT_MAX_CHARS);
    chars.map(|c| if plain(c) { c } else { '-' }).collect()
}

fn short(seed: &[u8; 16], round: u64) -> String {
    let mut hash = Hash::default();
    hash.add_bytes(seed).add_bytes(&round.to_le_bytes());
    hex::encode(&hash.finish())[..HASH_DIGITS].to_owned()
}

fn cut(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
