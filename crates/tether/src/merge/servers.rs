//! The nodes of one service in, its servers out: who is about to leave goes where somebody stays.

use serde_json::Value;

use super::ranked::Ranked;
use super::{Hold, MergedServer};

/// The servers of these nodes, sorted by address, each once.
pub(super) fn servers(ranked: &Ranked<'_>, nodes: &[usize]) -> Vec<(Value, MergedServer)> {
    let candidates = nodes.iter().flat_map(|&at| {
        let placed = &ranked.nodes[at];
        let hold = placed.agent.hold;
        placed
            .node
            .element
            .servers
            .iter()
            .map(move |server| Candidate {
                leaves: server.stopping || hold == Hold::Settled,
                stays: !server.stopping && hold == Hold::Live,
                body: &server.body,
                server: MergedServer {
                    address: server.address.clone(),
                    origin: placed.origin(&server.container),
                    reason: server.reason.clone(),
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
        candidates.sort_by_cached_key(|one| {
            (
                one.server.address.clone(),
                one.body.to_string(),
                one.leaves,
                !one.stays,
            )
        });
        candidates.dedup_by(|second, first| second.body == first.body);
    }
    candidates
        .into_iter()
        .map(|one| (one.body.clone(), one.server))
        .collect()
}

struct Candidate<'a> {
    /// It is about to stop, or its agent is lost for good.
    leaves: bool,
    /// It is known to live on.
    stays: bool,
    body: &'a Value,
    server: MergedServer,
}
