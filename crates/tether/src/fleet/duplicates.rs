//! Remembers rejected processes that use a connected agent's name, and reports them.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use tether_proto::{Hello, RejectCode};
use traefik_config::{Code, Problem, shown};

/// A duplicate is forgotten this long after its last attempt. Agents retry at least every 5 s.
pub const DUPLICATE_LIFETIME: Duration = Duration::from_secs(60);

/// The most duplicates of one agent that are remembered. The oldest is dropped first.
const DUPLICATES_LIMIT: usize = 8;

/// The duplicates of one agent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Duplicates {
    all: Vec<Duplicate>,
}

/// A duplicate, identified by where it connects from.
#[derive(Debug, Clone)]
struct Duplicate {
    peer: Peer,
    code: RejectCode,
    rejected_at: Instant,
}

/// The host of a process. Legacy agents have nothing that identifies the process itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Peer {
    peer: IpAddr,
    host: Option<String>,
}

impl Duplicates {
    /// Records a rejection. Returns true if the duplicate is new.
    pub(crate) fn record(&mut self, peer: Peer, code: RejectCode, now: Instant) -> bool {
        let at = self.all.iter().position(|duplicate| duplicate.peer == peer);
        let known = at.map(|at| self.all.remove(at));
        if self.all.len() == DUPLICATES_LIMIT {
            self.all.remove(0);
        }
        self.all.push(Duplicate {
            peer,
            code,
            rejected_at: now,
        });
        known.is_none_or(|known| known.code != code)
    }

    /// Forgets a duplicate that is accepted.
    pub(crate) fn admit(&mut self, peer: &Peer) {
        self.all.retain(|duplicate| duplicate.peer != *peer);
    }

    /// Forgets old duplicates. Returns true if there were any.
    pub(crate) fn tick(&mut self, now: Instant) -> bool {
        let before = self.all.len();
        self.all
            .retain(|duplicate| duplicate.rejected_at + DUPLICATE_LIFETIME > now);
        before != self.all.len()
    }

    /// The next time at which one is forgotten.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let first = self
            .all
            .iter()
            .map(|duplicate| duplicate.rejected_at)
            .min()?;
        Some(first + DUPLICATE_LIFETIME)
    }

    /// The problems to report while the agent is connected from `peer`, always in the same order.
    pub(crate) fn problems(&self, peer: &Peer) -> Vec<Problem> {
        let mut problems: Vec<_> = self
            .all
            .iter()
            .map(|duplicate| duplicate.problem(peer))
            .collect();
        problems.sort();
        problems
    }
}

impl Duplicate {
    fn problem(&self, winner: &Peer) -> Problem {
        let (duplicate, winner) = (self.peer.describe(), winner.describe());
        let message = match self.code {
            RejectCode::Superseded => format!(
                "an older process of this agent at {duplicate} is still running and is rejected, \
                 because a newer one is connected from {winner}: stop one of them; if one machine \
                 is a copy of the other, give it another TETHERD_NAME"
            ),
            _ => format!(
                "a second agent of this name at {duplicate} is rejected while the one at {winner} is \
                 connected: give one of the two hosts another TETHERD_NAME"
            ),
        };
        Problem::error(Code::DuplicateAgent, message)
    }
}

impl Peer {
    /// The host of the process that sent this hello.
    pub(crate) fn of(hello: &Hello, peer: IpAddr) -> Self {
        let host = hello.engines.iter().find_map(|engine| engine.name.as_ref());
        Self {
            peer: peer.to_canonical(),
            host: host.map(|host| shown(host)),
        }
    }

    fn describe(&self) -> String {
        match &self.host {
            Some(host) => format!("{} (host `{host}`)", self.peer),
            None => self.peer.to_string(),
        }
    }
}

#[cfg(test)]
mod tests;
