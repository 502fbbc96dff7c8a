//! All elements in, those that are the same over engines together out (rule 3).
//!
//! A name that nobody wrote down is like any other: it joins those who did write one. So one
//! router whose service is named on one host and made up on the next is still one router.

use ahash::AHashMap;
use smallvec::{SmallVec, smallvec};
use traefik_config::Kind;

use super::ranked::Ranked;

/// Which elements are the same.
pub(super) struct Classes {
    /// Each class with its members, the first in precedence first.
    pub(super) members: Vec<Nodes>,
    /// For each node its class; none for those that nobody may use.
    pub(super) of: Vec<Option<usize>>,
}

/// Some nodes; most elements are on one host only.
pub(super) type Nodes = SmallVec<[usize; 2]>;

pub(super) fn classes(ranked: &Ranked<'_>) -> Classes {
    let usable = (0..ranked.nodes.len()).filter(|&at| !ranked.nodes[at].node.cyclic);
    let (routers, others): (Nodes, Nodes) =
        usable.partition(|&at| ranked.nodes[at].node.key.kind == Kind::Routers);

    let mut members = group(others, |at| ranked.nodes[at].node.named_signature);
    for routers in group(routers, |at| ranked.nodes[at].node.signature) {
        if routers.len() == 1 {
            members.push(routers);
            continue;
        }
        let by_own_name = by_name(ranked, routers, |at| {
            let node = ranked.nodes[at].node;
            (Some(&node.key.name), !node.implicit)
        });
        for routers in by_own_name {
            members.extend(by_name(ranked, routers, |at| {
                let service = ranked.nodes[at].node.service.as_ref();
                (service, service.is_some())
            }));
        }
    }

    let mut of = vec![None; ranked.nodes.len()];
    for (class, members) in members.iter().enumerate() {
        for &at in members {
            of[at] = Some(class);
        }
    }
    Classes { members, of }
}

/// Groups nodes by a key, groups and nodes in the order of their first and of their rank.
fn group<K: std::hash::Hash + Eq>(nodes: Nodes, key: impl Fn(usize) -> K) -> Vec<Nodes> {
    let mut index = AHashMap::with_capacity(nodes.len());
    let mut groups: Vec<Nodes> = Vec::with_capacity(nodes.len());
    for at in nodes {
        let group = *index.entry(key(at)).or_insert_with(|| {
            groups.push(Nodes::new());
            groups.len() - 1
        });
        groups[group].push(at);
    }
    groups
}

/// Groups nodes by a name that is written down or not. Who has no written name joins those of
/// the same, else the first group; never one of its own engine, where it is somebody else.
fn by_name<'a>(
    ranked: &Ranked<'_>,
    nodes: Nodes,
    name: impl Fn(usize) -> (Option<&'a String>, bool),
) -> Vec<Nodes> {
    let (written, others): (Nodes, Nodes) = nodes.into_iter().partition(|&at| name(at).1);
    let mut groups = group(written, |at| name(at).0);
    for at in others {
        let engine = |at: usize| ranked.nodes[at].base;
        let joins = |group: &Nodes| group.iter().all(|&one| engine(one) != engine(at));
        let same = |group: &Nodes| name(group[0]).0 == name(at).0 && joins(group);
        match groups
            .iter()
            .position(same)
            .or_else(|| groups.iter().position(joins))
        {
            Some(found) => groups[found].push(at),
            None => groups.push(smallvec![at]),
        }
    }
    for group in &mut groups {
        group.sort_unstable();
    }
    groups
}
