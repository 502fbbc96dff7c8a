//! What is written in, its final names out: what is not the same lives side by side (rule 5).

use std::collections::{BTreeMap, HashMap, HashSet};

use traefik_config::{Code, Key, Kind, Problem, Section};

use super::engine::Hash;
use super::ranked::Ranked;
use super::plan::{Instance, Plan};
use super::sameness::Classes;

/// The final names, and who did not get the one that it wanted.
pub(super) struct Names {
    /// By instance.
    pub(super) names: Vec<String>,
    /// Who was renamed.
    pub(super) problems: Vec<Problem>,
}

/// The longest name in bytes, as elements are held to it.
const MAX_NAME: usize = 256;

/// How much of an agent's name goes into a name.
const MAX_AGENT: usize = 64;

/// Digits of a short hash.
const HASH_DIGITS: usize = 6;

/// Within a name the class that keeps it comes first, within a class the largest instance.
pub(super) fn names(ranked: &Ranked<'_>, classes: &Classes, plan: &Plan) -> Names {
    let mut rivals: BTreeMap<&Key, BTreeMap<(bool, usize), Vec<usize>>> = BTreeMap::new();
    for (at, instance) in plan.instances.iter().enumerate() {
        let key = &ranked.nodes[instance.lead].node.key;
        let loses = plan.owners.get(key) != Some(&instance.class);
        let first = classes.members[instance.class].first().copied().unwrap_or_default();
        rivals.entry(key).or_default().entry((loses, first)).or_default().push(at);
    }
    for instances in rivals.values_mut().flat_map(BTreeMap::values_mut) {
        instances.sort_by_key(|&at| {
            let nodes = &plan.instances[at].nodes;
            (usize::MAX - nodes.len(), nodes)
        });
    }

    let mut namer = Namer {
        ranked,
        taken: HashMap::new(),
        names: vec![String::new(); plan.instances.len()],
    };
    // Whoever keeps its name is served before anybody gets a new one.
    for (key, rivals) in &rivals {
        if let Some(&at) = rivals.values().next().and_then(|instances| instances.first()) {
            namer.keep(key, at);
        }
    }
    let mut problems = Vec::new();
    for (key, rivals) in &rivals {
        let mut keeper = None;
        for instances in rivals.values() {
            namer.variants(key, instances, plan, keeper.is_some());
            match keeper {
                None => keeper = instances.first(),
                Some(&keeper) => problems.extend(namer.renamed(key, instances, keeper, plan)),
            }
        }
    }
    Names { names: namer.names, problems }
}

struct Namer<'a> {
    ranked: &'a Ranked<'a>,
    taken: HashMap<(Section, Kind), HashSet<String>>,
    names: Vec<String>,
}

impl Namer<'_> {
    fn keep(&mut self, (section, kind, name): &Key, at: usize) {
        self.taken.entry((*section, *kind)).or_default().insert(name.clone());
        self.names[at].clone_from(name);
    }

    /// Names the instances of one class, of which the first may have its name already.
    fn variants(&mut self, key: &Key, instances: &[usize], plan: &Plan, renamed: bool) {
        let Some((&largest, smaller)) = instances.split_first() else {
            return;
        };
        if renamed {
            let placed = &self.ranked.nodes[plan.instances[largest].lead];
            let agent = slug(&placed.agent.name);
            let mut hash = Hash::default();
            hash.add(&placed.agent.name).add(&placed.engine.endpoint);
            let seed = hash.finish();
            let plain = (!placed.is_one_of_several()).then(|| agent.clone());
            let hashed = (0..).map(|round| format!("{agent}-{}", short(&seed, round)));
            self.names[largest] = self.free(key, &key.2, plain.into_iter().chain(hashed));
        }
        let base = self.names[largest].clone();
        for &at in smaller {
            let seed = self.engines(&plan.instances[at]);
            self.names[at] = self.free(key, &base, (0..).map(|round| short(&seed, round)));
        }
    }

    /// The first of these names that is free.
    fn free(&mut self, key: &Key, base: &str, suffixes: impl Iterator<Item = String>) -> String {
        let taken = self.taken.entry((key.0, key.1)).or_default();
        let mut names = suffixes.map(|suffix| {
            let room = MAX_NAME.saturating_sub(suffix.len() + 1);
            format!("{}-{suffix}", cut(base, room))
        });
        let name = names.find(|name| !taken.contains(name));
        let name = name.expect("hashes do not end, and finitely many names are taken");
        taken.insert(name.clone());
        name
    }

    /// A digest of the engines that an instance comes from.
    fn engines(&self, instance: &Instance) -> [u8; 16] {
        let mut hash = Hash::default();
        for &at in &instance.nodes {
            let placed = &self.ranked.nodes[at];
            hash.add(&placed.agent.name).add(&placed.engine.endpoint);
            hash.add(&placed.node.key.2);
        }
        hash.finish()
    }

    /// Tells whoever wrote a name that it bears another now.
    fn renamed(
        &self,
        (section, kind, name): &Key,
        instances: &[usize],
        keeper: usize,
        plan: &Plan,
    ) -> Vec<Problem> {
        let keeper = &self.ranked.nodes[plan.instances[keeper].lead];
        let engine = match keeper.is_one_of_several() {
            true => format!(" (engine `{}`)", keeper.engine.endpoint.escape_debug()),
            false => String::new(),
        };
        let share = match kind {
            Kind::Routers => String::new(),
            _ => format!(", or refer to `{}@http` to share it", name.escape_debug()),
        };
        let mut problems = Vec::new();
        for &at in instances {
            let problem = Problem::info(
                Code::Renamed,
                format!(
                    "{section} {kind} `{name}` is `{new}` for Traefik: agent `{keeper}`{engine} \
                     means something else by this name and keeps it; rename one of them{share}",
                    kind = kind.singular(),
                    name = name.escape_debug(),
                    new = self.names[at].escape_debug(),
                    keeper = keeper.agent.name.escape_debug(),
                ),
            );
            let nodes = plan.instances[at].nodes.iter().map(|&at| &self.ranked.nodes[at]);
            let written = nodes.filter(|placed| !placed.node.element.implicit);
            problems.extend(written.flat_map(|placed| placed.blame(&problem)));
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
    let digits: String = hash.finish().iter().map(|byte| format!("{byte:02x}")).collect();
    digits[..HASH_DIGITS].to_owned()
}

fn cut(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
