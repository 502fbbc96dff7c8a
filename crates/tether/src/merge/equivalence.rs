//! Groups elements that are equivalent over engines (rule 3).
//!
//! An implicit name is equivalent to any other, and takes the explicit one. So a router whose
//! service has an explicit name on one host and an implicit one on the next is still one router.

use ahash::AHashMap;
use smallvec::{SmallVec, smallvec};
use traefik_config::Kind;

use super::policy::Policy;
use super::ranked::Ranked;
use crate::compile::{Node, Signature};

/// The classes of equivalent elements.
pub(super) struct Classes {
    /// The members of each class, by precedence.
    pub(super) members: Vec<Nodes>,
    /// The class of each node; none for nodes that cannot be used.
    pub(super) of: Vec<Option<usize>>,
}

/// Some nodes; most elements are on one host only.
pub(super) type Nodes = SmallVec<[usize; 2]>;

pub(super) fn classes(ranked: &Ranked<'_>, policy: &Policy) -> Classes {
    let usable = (0..ranked.nodes.len()).filter(|&at| !ranked.nodes[at].node.cyclic);
    let (routers, others): (Nodes, Nodes) =
        usable.partition(|&at| ranked.nodes[at].node.key.kind == Kind::Routers);

    let mut members = group(others, |at| ranked.nodes[at].node.named_signature);
    for routers in group(routers, |at| signature(ranked.nodes[at].node, policy)) {
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

/// The signature of a router. TLS that its entry points give anyway is the same as none.
fn signature(router: &Node, policy: &Policy) -> Signature {
    let Some(without) = &router.without_tls else {
        return router.signature;
    };
    let named = router.claim.as_ref().map(|claim| &claim.entry_points);
    let entry_points = match named {
        Some(Some(names)) => names,
        _ => &policy.default_entry_points[..],
    };
    let gives = |name: &String| policy.entry_point_tls.get(name).map(String::as_str);
    let mut given = entry_points.iter().map(gives);
    if !entry_points.is_empty() && given.all(|tls| tls == Some(&*without.tls)) {
        without.signature
    } else {
        router.signature
    }
}

/// Groups nodes by a key, in the order of the first node of each group.
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

/// Groups nodes by a name that is explicit or not. A node with an implicit name joins the group of
/// the same name, else the first group, but never a group with a node of its own engine, where the
/// two are different elements.
fn by_name<'a>(
    ranked: &Ranked<'_>,
    nodes: Nodes,
    name: impl Fn(usize) -> (Option<&'a String>, bool),
) -> Vec<Nodes> {
    let (explicit, others): (Nodes, Nodes) = nodes.into_iter().partition(|&at| name(at).1);
    let mut groups = group(explicit, |at| name(at).0);
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
