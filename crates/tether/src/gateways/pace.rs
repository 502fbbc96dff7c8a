//! Decides when to look at a gateway next. Pure.

use std::time::{Duration, Instant};

/// The delay between a new snapshot and the first look.
pub(super) const FIRST_DELAY: Duration = Duration::from_millis(200);

/// The longest delay between two looks while a gateway has not applied the snapshot.
const WAITING_DELAY_MAX: Duration = Duration::from_secs(1);

/// After this time the gateway is not expected to apply the snapshot soon.
const WAITING_LIMIT: Duration = Duration::from_secs(30);

/// The delay after that.
const BEHIND_DELAY: Duration = Duration::from_secs(5);

/// The delay between two looks at a gateway that has the snapshot, or that does not answer.
const REST_DELAY: Duration = Duration::from_secs(10);

/// A gateway applies a change within this time: a poll every 5 s, at most 2 s for the throttle, and
/// some for its work.
const PATIENCE: Duration = Duration::from_secs(10);

/// A gateway that is behind, or does not answer, for this long has a problem.
const LASTING: Duration = Duration::from_secs(60);

/// A delay is at least this many times the duration of the last look, so that looks at a large or
/// slow gateway do not cost more than 5 % of its time while it is awaited, and 0.5 % at rest.
const WAITING_FACTOR: u32 = 20;
const REST_FACTOR: u32 = 200;

/// The limits of those delays, since most of a slow answer is the network.
const WAITING_FACTOR_LIMIT: Duration = Duration::from_secs(5);
const REST_FACTOR_LIMIT: Duration = Duration::from_secs(60);

/// The pace of the looks at one gateway.
#[derive(Debug)]
pub(super) struct Pace {
    /// The time of the last event after which the gateway needs time: a new snapshot, a restart.
    since: Instant,
    /// The time of the first of the failures in a row.
    failing_since: Option<Instant>,
    delay: Duration,
    last_took: Duration,
}

impl Pace {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            since: now,
            failing_since: None,
            delay: FIRST_DELAY,
            last_took: Duration::ZERO,
        }
    }

    /// There is a new snapshot, or the gateway has restarted.
    pub(super) fn changed(&mut self, now: Instant) {
        self.since = now;
        self.delay = FIRST_DELAY;
    }

    /// True if the gateway has had the time to apply the snapshot.
    pub(super) fn is_patient(&self, now: Instant) -> bool {
        now.duration_since(self.since) > PATIENCE
    }

    /// True if it is behind, or does not answer, for so long that it is a problem.
    pub(super) fn is_lasting(&self, now: Instant) -> bool {
        now.duration_since(self.failing_since.unwrap_or(self.since)) > LASTING
    }

    /// The delay after a look that took this time.
    pub(super) fn after_look(&mut self, took: Duration, applied: bool, now: Instant) -> Duration {
        if self.failing_since.take().is_some() {
            self.delay = FIRST_DELAY;
        }
        self.last_took = took;
        if applied {
            return REST_DELAY.max((took * REST_FACTOR).min(REST_FACTOR_LIMIT));
        }
        if now.duration_since(self.since) > WAITING_LIMIT {
            return BEHIND_DELAY.max(self.least());
        }
        let delay = self.delay;
        self.delay = (delay * 2).min(WAITING_DELAY_MAX);
        delay.max(self.least())
    }

    /// The delay after a look that failed.
    pub(super) fn after_failure(&mut self, now: Instant) -> Duration {
        if self.failing_since.is_none() {
            self.failing_since = Some(now);
            self.delay = FIRST_DELAY;
        }
        let delay = self.delay;
        self.delay = (delay * 2).min(REST_DELAY);
        delay
    }

    /// The delay between a new snapshot and the first look.
    pub(super) fn after_change(&self) -> Duration {
        FIRST_DELAY.max(self.least())
    }

    fn least(&self) -> Duration {
        (self.last_took * WAITING_FACTOR).min(WAITING_FACTOR_LIMIT)
    }
}

#[cfg(test)]
mod tests;
