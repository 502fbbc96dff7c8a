//! Decides when each server is tried, and what its results mean.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::finding::{Depth, Finding, Protocol, Reachability};
use super::targets::Target;

/// The most attempts at one time.
const RUNNING_MAX: usize = 32;

/// The shortest time between two attempts at a server whose state is known.
const INTERVAL: Duration = Duration::from_secs(30);

/// The most that is added to an interval, so that attempts spread over time.
const JITTER_MAX: Duration = Duration::from_secs(5);

/// The delay before a failed attempt is repeated. Only then is the failure believed.
const REPEAT_DELAY: Duration = Duration::from_secs(1);

/// A server that has not answered since it appeared may be starting for this long.
const STARTING_LIMIT: Duration = Duration::from_secs(10);

/// The delay between attempts at such a server.
const STARTING_DELAY: Duration = Duration::from_secs(2);

/// The time between two attempts that the server can notice, while it answers.
const FULL_INTERVAL: Duration = Duration::from_secs(10 * 60);

/// New servers get their first attempt at this rate, so that a hub that starts does not open a
/// thousand connections at once.
const FIRST_ATTEMPTS_BATCH: u32 = 32;
const FIRST_ATTEMPTS_DELAY: Duration = Duration::from_millis(100);

/// All servers, with the time of the next attempt at each.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    entries: BTreeMap<Arc<Target>, Entry>,
    /// Those that no attempt runs at.
    due: BTreeSet<(Instant, Arc<Target>)>,
    running: usize,
    /// Increases with each new entry, so that a late result of an earlier one is recognized.
    last_number: u64,
    changed: bool,
}

#[derive(Debug)]
struct Entry {
    number: u64,
    appeared: Instant,
    /// None while an attempt runs.
    due: Option<Instant>,
    attempts: u32,
    /// Failed attempts since the last one that succeeded.
    failures: u32,
    answered: bool,
    /// From this time on the next attempt is a full one; none: never again.
    full_after: Option<Instant>,
    known: Reachability,
}

/// One attempt to make.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) target: Arc<Target>,
    pub(super) depth: Depth,
    number: u64,
}

impl Schedule {
    /// Replaces the servers. New ones are tried soon; results of vanished ones are forgotten.
    pub(super) fn set_targets(&mut self, targets: BTreeSet<Target>, now: Instant) {
        let due = &mut self.due;
        let before = self.entries.len();
        self.entries.retain(|target, entry| {
            let stays = targets.contains(&**target);
            if let Some(at) = entry.due.filter(|_| !stays) {
                due.remove(&(at, Arc::clone(target)));
            }
            stays
        });
        self.changed |= self.entries.len() != before;
        let mut new = 0;
        for target in targets {
            if self.entries.contains_key(&target) {
                continue;
            }
            self.last_number += 1;
            let at = now + FIRST_ATTEMPTS_DELAY * (new / FIRST_ATTEMPTS_BATCH);
            new += 1;
            let target = Arc::new(target);
            self.due.insert((at, Arc::clone(&target)));
            self.entries
                .insert(target, Entry::new(self.last_number, now, at));
            self.changed = true;
        }
    }

    /// The next attempt to start now, if there is one.
    pub(super) fn start(&mut self, now: Instant) -> Option<Job> {
        if self.running >= RUNNING_MAX || self.due.first()?.0 > now {
            return None;
        }
        let (_, target) = self.due.pop_first()?;
        let entry = self.entries.get_mut(&target)?;
        entry.due = None;
        entry.attempts = entry.attempts.wrapping_add(1);
        self.running += 1;
        let depth = if entry.full_after.is_some_and(|at| now >= at) {
            Depth::Full
        } else {
            Depth::Knock
        };
        Some(Job {
            number: entry.number,
            depth,
            target,
        })
    }

    /// Takes the result of an attempt.
    pub(super) fn finish(&mut self, job: &Job, finding: Finding, now: Instant) {
        self.running -= 1;
        let Some(entry) = self.entries.get_mut(&job.target) else {
            return;
        };
        if entry.number != job.number {
            return;
        }
        let before = entry.known;
        let delay = entry.take(job, finding, now);
        self.changed |= entry.known != before;
        let at = now + delay;
        entry.due = Some(at);
        self.due.insert((at, Arc::clone(&job.target)));
    }

    /// The time of the next attempt; none while nothing can start.
    pub(super) fn next_start(&self) -> Option<Instant> {
        let (at, _) = self.due.first()?;
        (self.running < RUNNING_MAX).then_some(*at)
    }

    /// The results, if they have changed since the last call.
    pub(super) fn take_changes(&mut self) -> Option<BTreeMap<Arc<Target>, Reachability>> {
        if !std::mem::take(&mut self.changed) {
            return None;
        }
        let entries = self.entries.iter();
        let known = entries.map(|(target, entry)| (Arc::clone(target), entry.known));
        Some(known.collect())
    }
}

impl Entry {
    fn new(number: u64, now: Instant, due: Instant) -> Self {
        Self {
            number,
            appeared: now,
            due: Some(due),
            attempts: 0,
            failures: 0,
            answered: false,
            full_after: Some(now),
            known: Reachability::Waiting,
        }
    }

    /// Takes the result of an attempt, and returns the delay before the next one.
    fn take(&mut self, job: &Job, finding: Finding, now: Instant) -> Duration {
        let interval = INTERVAL + jitter(&job.target, self.attempts);
        match finding {
            Finding::Answers => {
                self.failures = 0;
                self.answered = true;
                self.known = Reachability::Answers;
                if job.depth == Depth::Full {
                    self.full_after = next_full(job.target.protocol, now);
                }
                interval
            }
            Finding::Fails(failure) => {
                self.failures = self.failures.saturating_add(1);
                self.full_after = Some(now);
                if !self.answered && now < self.appeared + STARTING_LIMIT {
                    return STARTING_DELAY;
                }
                if self.failures < 2 {
                    return REPEAT_DELAY;
                }
                self.known = Reachability::Fails(failure);
                interval
            }
            Finding::NotTried(why) => {
                self.known = Reachability::NotTried(why);
                // The gateway may still be on its way.
                if now < self.appeared + STARTING_LIMIT {
                    STARTING_DELAY
                } else {
                    interval
                }
            }
            Finding::Unknown => interval,
        }
    }
}

/// The time of the next full attempt at a server that has answered one. MySQL, for example, locks a
/// client out after a hundred connections on which nothing is said, and the gateway may have the
/// hub's address: TCP servers get no more of them.
fn next_full(protocol: Protocol, now: Instant) -> Option<Instant> {
    match protocol {
        Protocol::Http | Protocol::Https => Some(now + FULL_INTERVAL),
        Protocol::Tcp | Protocol::Tls => None,
    }
}

/// A part of `JITTER_MAX` that differs between servers and attempts.
fn jitter(target: &Target, attempt: u32) -> Duration {
    let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one((target, attempt));
    JITTER_MAX.mul_f64(f64::from(u16::try_from(hash & 0xffff).unwrap_or(0)) / 65536.0)
}

#[cfg(test)]
mod tests;
