//! Finds the circles of a graph.

use std::collections::{BTreeMap, BTreeSet};

/// Every circle, as its members' names; none if the graph has an order.
pub(crate) fn find(graph: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let reach: BTreeMap<&String, BTreeSet<&String>> = graph
        .keys()
        .map(|from| (from, reachable(graph, from)))
        .collect();
    let mut circles = BTreeSet::new();
    for from in graph.keys() {
        let mutual = |to: &&&String| reach.get(**to).is_some_and(|back| back.contains(from));
        let members: BTreeSet<&String> = reach[from].iter().filter(mutual).copied().collect();
        if !members.is_empty() {
            circles.insert(members);
        }
    }
    let name = |members: BTreeSet<&String>| {
        let names: Vec<&str> = members.into_iter().map(String::as_str).collect();
        names.join(", ")
    };
    circles.into_iter().map(name).collect()
}

/// Everything that can be reached in one step or more.
fn reachable<'a>(
    graph: &'a BTreeMap<String, BTreeSet<String>>,
    from: &'a String,
) -> BTreeSet<&'a String> {
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some(next) = open.pop() {
        for to in graph.get(next).into_iter().flatten() {
            if seen.insert(to) {
                open.push(to);
            }
        }
    }
    seen
}
