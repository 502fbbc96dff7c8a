//! Computes how long to wait before the next attempt.

use std::time::Duration;

use tokio::time::Instant;

/// The first retry comes within this time.
const FIRST: Duration = Duration::from_millis(250);

/// In the first [`EARLY`] the waits stay below this.
const EARLY_MOST: Duration = Duration::from_millis(1500);

/// How long a hub is assumed to be restarting.
const EARLY: Duration = Duration::from_secs(60);

/// No wait is longer, so that a link that was mended is used within five seconds.
const MOST: Duration = Duration::from_millis(2500);

/// A row of faults.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    since: Option<Instant>,
}

impl Backoff {
    /// The wait after one more fault; `random` is from 0 to 1, so that agents who lost their hub
    /// together do not come back together.
    pub(crate) fn next(&mut self, now: Instant, random: f64) -> Duration {
        match self.since {
            None => {
                self.since = Some(now);
                FIRST.mul_f64(random)
            }
            Some(since) if now - since < EARLY => EARLY_MOST.mul_f64(random),
            Some(_) => MOST.mul_f64(random),
        }
    }
}

/// From 0 to 1; a half if the system has no random numbers, which only costs the spread.
pub(crate) fn random() -> f64 {
    getrandom::u32().map_or(0.5, |number| f64::from(number) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests;
