//! Whether a hub that has just started may answer: rosters and syncs in, yes or no out.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::agent_id::AgentId;

/// How many that left for good are remembered; one more is waited for if a roster names it.
const LEFT_LIMIT: usize = 1024;

/// An agent that lost its hub tries again at least this often, so by then it is heard.
pub const RETURN_LIMIT: Duration = Duration::from_secs(10);

/// What is known of the fleet since the start. Once ready, always ready.
#[derive(Debug)]
pub struct Readiness {
    start: Instant,
    grace: Duration,
    /// When a hub that hears nobody answers all the same.
    alone: Option<Instant>,
    /// Every name that a roster held; none if no agent brought one.
    roster: Option<BTreeSet<String>>,
    first_sync: Option<Instant>,
    ready: bool,
    missing: BTreeSet<String>,
    /// Until it is ready: who left for good, whatever later rosters say.
    left: BTreeSet<String>,
}

impl Readiness {
    /// Nothing is known yet. Without a `wait` a hub that hears nobody never answers.
    pub fn new(grace: Duration, wait: Option<Duration>, now: Instant) -> Self {
        Self {
            start: now,
            grace,
            alone: wait.and_then(|wait| now.checked_add(wait)),
            roster: None,
            first_sync: None,
            ready: false,
            missing: BTreeSet::new(),
            left: BTreeSet::new(),
        }
    }

    /// Whether `/config` may be answered.
    pub fn is_ready(&self) -> bool {
        self.ready
    }

    /// True if every agent that runs and reaches this hub has had the time to come back.
    pub fn has_waited(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.start) >= RETURN_LIMIT
    }

    /// Before: the agents that are waited for. After: those that never came back.
    pub fn missing(&self) -> &BTreeSet<String> {
        &self.missing
    }

    /// An agent came with the roster it was last told, or with none.
    pub fn on_roster(&mut self, roster: Option<&[String]>) {
        let Some(roster) = roster else { return };
        if !self.ready {
            let all = self.roster.get_or_insert_default();
            for name in roster {
                // Looked up first: nearly all are there already.
                if !all.contains(name) && !self.left.contains(name) {
                    all.insert(name.clone());
                }
            }
        }
    }

    /// An agent has told all it knows.
    pub fn synced(&mut self, now: Instant) {
        self.first_sync.get_or_insert(now);
    }

    /// An agent is gone for good: nobody waits for it. True if somebody did.
    pub fn forget(&mut self, id: &AgentId) -> bool {
        let name = id.to_string();
        self.missing.remove(&name);
        let awaited = self
            .roster
            .as_mut()
            .is_some_and(|roster| roster.remove(&name));
        if !self.ready && self.left.len() < LEFT_LIMIT {
            self.left.insert(name);
        }
        awaited
    }

    /// An agent is there: it has not left for good.
    pub fn on_connect(&mut self, id: &AgentId) {
        if !self.left.is_empty() {
            self.left.remove(&id.to_string());
        }
    }

    /// Decides anew, by who has synced and whether anybody was heard at all.
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
                .first_sync
                .is_some_and(|first| first + self.grace <= now);
            let alone = !heard && self.alone.is_some_and(|alone| alone <= now);
            self.ready = whole || waited || alone;
        }
        if self.ready {
            // Who has come back is a matter of its lease from now on, and no roster is heard.
            self.roster = Some(self.missing.clone());
            self.left.clear();
        }
    }

    /// When time alone makes it ready.
    pub fn deadline(&self) -> Option<Instant> {
        if self.ready {
            return None;
        }
        let grace = self.first_sync.map(|first| first + self.grace);
        [grace, self.alone].into_iter().flatten().min()
    }
}

#[cfg(test)]
mod tests;
