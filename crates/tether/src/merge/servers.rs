//! Collects the servers of a service. Servers that are about to leave are removed if others stay.

use std::sync::Arc;

use super::ranked::Ranked;
use crate::compile::{Hold, MergedServer};

/// The servers of these nodes, sorted by address, without duplicates, with their definitions as
/// JSON.
pub(super) fn servers<'a>(ranked: &Ranked<'a>, nodes: &[usize]) -> Vec<(&'a str, MergedServer)> {
    let all = nodes.iter().flat_map(|&at| {
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
                container_port: server.container_port,
                health_port: server.health_port,
                held: hold != Hold::Live,
            },
        })
    });
    let mut candidates: Vec<Candidate<'_>> = all.collect();
    if candidates.iter().any(|one| one.stays) {
        candidates.retain(|one| !one.leaves);
    }
    if candidates.len() > 1 {
        // Of equal servers the one that stays comes first. The sort is stable, so precedence
        // decides the rest.
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
    /// True if it is about to stop, or its agent has been lost for some time.
    leaves: bool,
    /// True if it will stay.
    stays: bool,
    body: &'a str,
    server: MergedServer,
}
