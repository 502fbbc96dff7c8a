//! The nodes of one service in, its servers out: who is about to leave goes where somebody stays.

use std::sync::Arc;

use super::ranked::Ranked;
use crate::compile::{Hold, MergedServer};

/// The servers of these nodes, sorted by address, each once, with their definitions as JSON.
pub(super) fn servers<'a>(ranked: &Ranked<'a>, nodes: &[usize]) -> Vec<(&'a str, MergedServer)> {
    let candidates = nodes.iter().flat_map(|&at| {
        let placed = &ranked.nodes[at];
        let hold = placed.agent.hold;
        placed.node.servers.iter().map(move |server| Candidate {
            leaves: server.stopping || hold == Hold::Settled,
            stays: !server.stopping && hold == Hold::Live,
            body: &server.body,
            server: MergedServer {
                address: Arc::clone(&server.address),
                owner: placed.owner(&server.container),
                reason: Arc::clone(&server.reason),
                held: hold != Hold::Live,
            },
        })
    });
    let mut candidates: Vec<Candidate<'_>> = candidates.collect();
    if candidates.iter().any(|one| one.stays) {
        candidates.retain(|one| !one.leaves);
    }
    if candidates.len() > 1 {
        // Of two who name one server the liveliest comes first; the sort keeps precedence.
        candidates.sort_by(|one, other| {
            let key = |one: &Candidate<'a>| (one.body, one.leaves, !one.stays);
            let by_address = one.server.address.cmp(&other.server.address);
            by_address.then_with(|| key(one).cmp(&key(other)))
        });
        candidates.dedup_by(|second, first| second.body == first.body);
    }
    candidates
        .into_iter()
        .map(|one| (one.body, one.server))
        .collect()
}

struct Candidate<'a> {
    /// It is about to stop, or its agent is lost for good.
    leaves: bool,
    /// It is known to live on.
    stays: bool,
    body: &'a str,
    server: MergedServer,
}
