//! Decides whether a hub that has just started may answer `/config`.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::agent_id::AgentId;

/// The most agents that are remembered as gone for good. Another one is expected if a roster names
/// it.
const LEFT_AGENTS_LIMIT: usize = 1024;

/// An agent that lost its hub reconnects within this time.
pub const RETURN_LIMIT: Duration = Duration::from_secs(10);

/// A mended link is used within this time, so agents that were cut off together return together.
const MENDED_LINK_LIMIT: Duration = Duration::from_secs(5);

/// The state of the fleet since the start. Once ready, a hub stays ready.
#[derive(Debug)]
pub struct Readiness {
    start: Instant,
    grace: Duration,
    /// The time from which a hub without agents answers.
    empty_deadline: Option<Instant>,
    /// Every name in a roster; none if no agent sent one.
    roster: Option<BTreeSet<String>>,
    first_sync: Option<Instant>,
    /// True if no Traefik has routes that an incomplete configuration could remove.
    nothing_to_lose: bool,
    ready: bool,
    missing: BTreeSet<String>,
    /// The agents that left for good before the hub was ready, whatever later rosters say.
    left: BTreeSet<String>,
}

impl Readiness {
    /// The state at the start. Without a `wait`, a hub without agents never answers.
    pub fn new(grace: Duration, wait: Option<Duration>, now: Instant) -> Self {
        Self {
            start: now,
            grace,
            empty_deadline: wait.and_then(|wait| now.checked_add(wait)),
            roster: None,
            first_sync: None,
            nothing_to_lose: false,
            ready: false,
            missing: BTreeSet::new(),
            left: BTreeSet::new(),
        }
    }

    /// Whether `/config` may be answered.
    pub fn is_ready(&self) -> bool {
        self.ready
    }

    /// True if every running agent that reaches this hub has had time to reconnect.
    pub fn has_waited(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.start) >= RETURN_LIMIT
    }

    /// Until ready: the agents that are expected. Then: those that never came back.
    pub fn missing(&self) -> &BTreeSet<String> {
        &self.missing
    }

    /// Takes the roster that an agent sent, if any.
    pub fn on_roster(&mut self, roster: Option<&[String]>) {
        let Some(roster) = roster else { return };
        if !self.ready {
            let all = self.roster.get_or_insert_default();
            for name in roster {
                // Checked before cloning: nearly all names are known.
                if !all.contains(name) && !self.left.contains(name) {
                    all.insert(name.clone());
                }
            }
        }
    }

    /// Every Traefik was seen to have no routes of a hub, so there is nothing to lose. This counts
    /// as long as no agent brings a roster. Returns true if that is news.
    pub fn on_nothing_to_lose(&mut self) -> bool {
        !std::mem::replace(&mut self.nothing_to_lose, true)
    }

    /// True if every Traefik was seen to have no routes.
    pub fn has_nothing_to_lose(&self) -> bool {
        self.nothing_to_lose
    }

    /// An agent has reported all its engines.
    pub fn on_synced(&mut self, now: Instant) {
        self.first_sync.get_or_insert(now);
    }

    /// Stops waiting for an agent. Returns true if it was expected.
    pub fn forget(&mut self, id: &AgentId) -> bool {
        let name = id.to_string();
        self.missing.remove(&name);
        let awaited = self
            .roster
            .as_mut()
            .is_some_and(|roster| roster.remove(&name));
        if !self.ready && self.left.len() < LEFT_AGENTS_LIMIT {
            self.left.insert(name);
        }
        awaited
    }

    /// An agent has connected, so it has not left for good.
    pub fn on_connect(&mut self, id: &AgentId) {
        if !self.left.is_empty() {
            self.left.remove(&id.to_string());
        }
    }

    /// Decides again, given the synced agents and whether there are any agents at all.
    pub fn update(&mut self, synced: &BTreeSet<String>, heard: bool, now: Instant) {
        let awaited = self.roster.iter().flatten();
        self.missing = awaited
            .filter(|name| !synced.contains(*name))
            .cloned()
            .collect();
        if !self.ready {
            let whole =
                self.roster.is_some() && self.missing.is_empty() && self.first_sync.is_some();
            let waited = self
                .grace_deadline()
                .is_some_and(|deadline| deadline <= now);
            let empty_deadline = !heard
                && self
                    .empty_deadline
                    .is_some_and(|empty_deadline| empty_deadline <= now);
            self.ready = whole || waited || empty_deadline;
        }
        if self.ready {
            // From now on leases decide about lost agents, and rosters are ignored.
            self.roster = Some(self.missing.clone());
            self.left.clear();
        }
    }

    /// The next time at which it becomes ready by itself.
    pub fn deadline(&self) -> Option<Instant> {
        if self.ready {
            return None;
        }
        [self.grace_deadline(), self.empty_deadline]
            .into_iter()
            .flatten()
            .min()
    }

    /// The time from which missing agents are no longer waited for.
    ///
    /// Agents that no hub has ever told a roster are new. If only such agents connect to a hub
    /// that every running agent has had time to find, then only a link that has just been mended
    /// can still bring others. If there is nothing to lose, there is nothing to wait for.
    fn grace_deadline(&self) -> Option<Instant> {
        let first_sync = self.first_sync?;
        let whole = first_sync + self.grace;
        if self.roster.is_some() {
            return Some(whole);
        }
        if self.nothing_to_lose {
            return Some(first_sync);
        }
        let all_returned = self.start + self.grace.max(RETURN_LIMIT);
        Some(whole.min(all_returned.max(first_sync + MENDED_LINK_LIMIT)))
    }
}

#[cfg(test)]
mod tests;
