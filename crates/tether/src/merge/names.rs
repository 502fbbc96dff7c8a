//! What is written in, its final names out: what is not the same lives side by side (rule 5),
//! but for what Traefik has once for all (rule 7).

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::HashSet;

use traefik_config::{Code, Key, Kind, Problem, is_global, shown};

use super::equivalence::{Classes, Nodes};
use super::plan::{Instance, Plan};
use super::ranked::Ranked;
use crate::compile::{Hash, key_digest};

/// The final names, and who did not get the one that it wanted.
pub(super) struct Names<'a> {
    /// By instance.
    pub(super) names: Vec<Cow<'a, str>>,
    /// Which instance was renamed, and to what.
    pub(super) renamed: Vec<(usize, Problem)>,
}

/// The longest name in bytes, as elements are held to it.
const MAX_NAME: usize = 256;

/// How much of an agent's name goes into a name.
const MAX_AGENT: usize = 64;

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
    for rivals in rivals(ranked, classes, plan) {
        let keeper = rivals[0];
        for (at, class) in rivals
            .chunk_by(|&one, &other| same_class(plan, one, other))
            .enumerate()
        {
            namer.variants(class, at > 0);
            if at > 0 {
                renamed.extend(namer.renamed(class, keeper));
            }
        }
    }
    Names {
        names: namer.names,
        renamed,
    }
}

/// The instances that want one name, where there are several: within a name the class that keeps
/// it comes first, then by precedence; within a class the largest instance.
fn rivals(ranked: &Ranked<'_>, classes: &Classes, plan: &Plan<'_>) -> Vec<Nodes> {
    let several = plan.wishes.values().filter(|wish| {
        let lead = |at: usize| ranked.nodes[plan.instances[at].lead].node;
        wish.instances.len() > 1 && !is_global(&lead(wish.instances[0]).key)
    });
    let mut rivals: Vec<Nodes> = several.map(|wish| wish.instances.clone()).collect();
    // A name that is given is not free any more, so the order counts.
    rivals.sort_unstable();
    for rivals in &mut rivals {
        rivals.sort_by_cached_key(|&at| {
            let instance = &plan.instances[at];
            let place = &ranked.nodes[instance.lead].node.key_digest;
            let owner = plan.wishes.get(place).map(|wish| wish.owner);
            let keeps = owner == Some(instance.class);
            let first = classes.members[instance.class].first();
            // Of the local file's service and a larger one the file's keeps its name.
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
    rivals
}

fn same_class(plan: &Plan<'_>, one: usize, other: usize) -> bool {
    plan.instances[one].class == plan.instances[other].class
}

struct Namer<'a> {
    ranked: &'a Ranked<'a>,
    plan: &'a Plan<'a>,
    /// The new names; those that somebody wants and keeps are the plan's.
    given: HashSet<Key>,
    names: Vec<Cow<'a, str>>,
}

impl Namer<'_> {
    /// Names the instances of one class, of which the first may have its name already.
    fn variants(&mut self, instances: &[usize], renamed: bool) {
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
            let name = self.free(key, &key.name, plain.into_iter().chain(hashed));
            self.names[largest] = name.into();
        }
        let base = self.names[largest].clone();
        for &at in smaller {
            let seed = self.engines(&self.plan.instances[at]);
            let name = self.free(key, &base, (0..).map(|round| short(&seed, round)));
            self.names[at] = name.into();
        }
    }

    /// The first of these names that is free.
    fn free(&mut self, key: &Key, base: &str, suffixes: impl Iterator<Item = String>) -> String {
        let mut keys = suffixes.map(|suffix| {
            let room = MAX_NAME.saturating_sub(suffix.len() + 1);
            Key::new(
                key.section,
                key.kind,
                format!("{}-{suffix}", cut(base, room)),
            )
        });
        let key = keys.find(|key| {
            !self.plan.wishes.contains_key(&key_digest(key)) && !self.given.contains(key)
        });
        let key = key.expect("hashes do not end, and finitely many names are taken");
        let name = key.name.clone();
        self.given.insert(key);
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

    /// Tells whoever wrote a name that it bears another now.
    fn renamed(&self, instances: &[usize], keeper: usize) -> Vec<(usize, Problem)> {
        let keeper = &self.ranked.nodes[self.plan.instances[keeper].lead];
        let key = &*keeper.node.key;
        let share = match key.kind {
            Kind::Routers => String::new(),
            _ => format!(", or refer to `{}@http` to share it", shown(&key.name)),
        };
        let mut problems = Vec::new();
        for &at in instances {
            let problem = Problem::info(
                Code::Renamed,
                format!(
                    "{key} is `{new}` for Traefik: {keeper} \
                     means something else by this name and keeps it; rename one of them{share}",
                    new = shown(&self.names[at]),
                    keeper = keeper.called(),
                ),
            );
            let nodes = self.plan.instances[at]
                .nodes
                .iter()
                .map(|&at| &self.ranked.nodes[at]);
            let written = nodes.filter(|placed| !placed.node.implicit);
            let told = written.flat_map(|placed| placed.blame(&problem));
            problems.extend(told.map(|problem| (at, problem)));
        }
        problems
    }
}

/// An agent's name as a part of an element's.
fn slug(agent: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let chars = agent.chars().take(MAX_AGENT);
    chars.map(|c| if plain(c) { c } else { '-' }).collect()
}

fn short(seed: &[u8; 16], round: u64) -> String {
    let mut hash = Hash::default();
    hash.add_bytes(seed).add_bytes(&round.to_le_bytes());
    let digits: String = hash
        .finish()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    digits[..HASH_DIGITS].to_owned()
}

fn cut(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
