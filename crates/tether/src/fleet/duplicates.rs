//! Rejection processes that want an agent's name while another one has it in, problems out.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use tether_proto::{Hello, RejectCode};
use traefik_config::{Code, Problem, shown};

/// One that was not rejected for so long has given up: an agent tries again each 5 s at least.
pub const DUPLICATE_LIFETIME: Duration = Duration::from_secs(60);

/// How many of one agent are remembered; the oldest makes room.
const LIMIT: usize = 8;

/// The duplicates of one agent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Duplicates {
    all: Vec<Duplicate>,
}

/// One peer from which somebody wants the name.
#[derive(Debug, Clone)]
struct Duplicate {
    peer: Peer,
    code: RejectCode,
    rejection: Instant,
}

/// Where a process is. Not which process: one of the legacy wire has no name of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Peer {
    peer: IpAddr,
    host: Option<String>,
}

impl Duplicates {
    /// Somebody was rejected. True if people have not been told yet.
    pub(crate) fn record(&mut self, peer: Peer, code: RejectCode, now: Instant) -> bool {
        let known = self.all.iter().position(|duplicate| duplicate.peer == peer);
        let known = known.map(|known| self.all.remove(known));
        if self.all.len() == LIMIT {
            self.all.remove(0);
        }
        self.all.push(Duplicate {
            peer,
            code,
            rejection: now,
        });
        known.is_none_or(|known| known.code != code)
    }

    /// Whoever comes from there is let in.
    pub(crate) fn admit(&mut self, peer: &Peer) {
        self.all.retain(|duplicate| duplicate.peer != *peer);
    }

    /// Lets time pass. True if somebody has given up.
    pub(crate) fn tick(&mut self, now: Instant) -> bool {
        let before = self.all.len();
        self.all
            .retain(|duplicate| duplicate.rejection + DUPLICATE_LIFETIME > now);
        before != self.all.len()
    }

    /// When time alone changes something next.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let first = self.all.iter().map(|duplicate| duplicate.rejection).min()?;
        Some(first + DUPLICATE_LIFETIME)
    }

    /// What people are told, while the agent is connected from `peer`; always the same for the
    /// same duplicates.
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
        let (duplicate, winner) = (self.peer.words(), winner.words());
        let message = match self.code {
            RejectCode::Superseded => format!(
                "an older process of this agent, at {duplicate}, still runs and is rejected, since a \
                 newer one is connected from {winner}: stop one of them; if one machine is a copy \
                 of the other, give it another TETHERD_NAME"
            ),
            _ => format!(
                "a second agent of this name, at {duplicate}, is rejected while the one at {winner} is \
                 connected: give one of the two hosts another TETHERD_NAME"
            ),
        };
        Problem::error(Code::DuplicateAgent, message)
    }
}

impl Peer {
    /// Where the process is that says this hello from there.
    pub(crate) fn of(hello: &Hello, peer: IpAddr) -> Self {
        let host = hello.engines.iter().find_map(|engine| engine.name.as_ref());
        Self {
            peer: peer.to_canonical(),
            host: host.map(|host| shown(host)),
        }
    }

    fn words(&self) -> String {
        match &self.host {
            Some(host) => format!("{} (host `{host}`)", self.peer),
            None => self.peer.to_string(),
        }
    }
}

#[cfg(test)]
mod tests;
