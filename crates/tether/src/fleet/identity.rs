//! Recognizes an engine under two names: a host that was renamed, or two machines of which one is a
//! copy of the other.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use ahash::AHashMap;
use smallvec::SmallVec;
use traefik_config::{Code, Problem, shown};

use super::agent_id::AgentId;
use super::member::Member;
use super::readiness::RETURN_LIMIT;

type Members = BTreeMap<AgentId, Member>;

/// The time from which a lost agent may count as renamed: one that still runs is back by then.
pub(super) fn renamed_from(members: &Members, lost: &Member) -> Option<Instant> {
    let since = lost.held?;
    let mut others = members.values();
    let is_renamed = others.any(|other| is_successor(other, lost, since));
    is_renamed.then(|| since + RETURN_LIMIT)
}

/// The lost agents whose hosts are connected under another name, each with that name.
pub(super) fn renamed(members: &Members, now: Instant) -> Vec<(AgentId, AgentId)> {
    let lost = members.iter().filter(|(_, member)| {
        let held = member.held;
        held.is_some_and(|since| since + RETURN_LIMIT <= now)
    });
    let renamed = lost.filter_map(|(id, lost)| {
        let mut others = members.iter();
        let since = lost.held?;
        let successor = |other: &Member| other.synced && is_successor(other, lost, since);
        let (new, _) = others.find(|(_, other)| successor(other))?;
        Some((id.clone(), new.clone()))
    });
    renamed.collect()
}

/// True if this is the lost agent's host under another name: two agents that were connected together
/// are two.
fn is_successor(other: &Member, lost: &Member, since: Instant) -> bool {
    other.held.is_none()
        && other.first_connected > since
        && other.peer.to_canonical() == lost.peer.to_canonical()
        && other.shares_engine(lost)
}

/// The problems of connected agents of one environment that have an engine in common.
pub(super) fn shared_engines(members: &Members) -> BTreeMap<AgentId, Vec<Problem>> {
    // Most engines have one agent.
    let mut by_engine: AHashMap<(&str, &str), SmallVec<[&AgentId; 1]>> = AHashMap::new();
    for (id, member) in members.iter().filter(|(_, member)| member.held.is_none()) {
        for engine in member.engine_ids() {
            let ids = by_engine.entry((&id.env, engine)).or_default();
            if ids.last() != Some(&id) {
                ids.push(id);
            }
        }
    }
    let shared = by_engine.into_values().filter(|ids| ids.len() > 1);
    let groups: BTreeSet<SmallVec<[&AgentId; 1]>> = shared.collect();
    let mut problems: BTreeMap<AgentId, Vec<Problem>> = BTreeMap::new();
    for ids in groups {
        for &id in &ids {
            let others = ids.iter().filter(|other| **other != id);
            let own = problems.entry(id.clone()).or_default();
            own.push(shared_engine(members, others));
        }
    }
    problems
}

/// The most other agents that a message names.
const OTHERS_SHOWN: usize = 3;

fn shared_engine<'a>(
    members: &Members,
    others: impl Iterator<Item = &'a &'a AgentId> + Clone,
) -> Problem {
    let named = others.clone().take(OTHERS_SHOWN).map(|id| {
        let peer = members.get(*id).map(|member| member.peer.to_canonical());
        let peer = peer.map_or(String::new(), |peer| format!(" at {peer}"));
        format!("`{}`{peer}", shown(&id.name))
    });
    let mut named: Vec<String> = named.collect();
    let more = others.count().saturating_sub(named.len());
    if more > 0 {
        named.push(format!("{more} more"));
    }
    let message = format!(
        "its engine has the same id as that of {}: stop one of them if they are on one host; if one \
         machine is a copy of the other, remove /var/lib/docker/engine-id on the copy and restart \
         Docker",
        named.join(", ")
    );
    Problem::warning(Code::SharedEngine, message)
}

#[cfg(test)]
mod tests;
