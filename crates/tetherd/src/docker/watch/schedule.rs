//! Decides when an engine is listed again.

use std::time::Duration;

use tokio::time::Instant;

/// The longest time between two lists, whatever the events say.
const LOOK_INTERVAL: Duration = Duration::from_secs(60);

/// The time from an event to one more list: engines tell of some changes a moment before their
/// lists show them.
const SETTLE_DELAY: Duration = Duration::from_millis(500);

/// A stream that was silent for this time is replaced: it may be half-open.
const STREAM_SILENCE: Duration = Duration::from_secs(600);

/// The times of the next lists on one stream of events.
#[derive(Debug)]
pub(super) struct Schedule {
    due: bool,
    /// True if nothing but [`LOOK_INTERVAL`] asked for the list that is due or under way.
    routine: bool,
    look_at: Instant,
    settle_at: Option<Instant>,
    retry_at: Option<Instant>,
    last_event: Instant,
}

impl Schedule {
    /// The first list is due at once.
    pub(super) fn new(now: Instant) -> Self {
        Self {
            due: true,
            routine: false,
            look_at: now + LOOK_INTERVAL,
            settle_at: Some(now + SETTLE_DELAY),
            retry_at: None,
            last_event: now,
        }
    }

    /// True if a list is due, which then counts as begun.
    pub(super) fn take_due(&mut self) -> bool {
        std::mem::take(&mut self.due)
    }

    /// The time of the next list if nothing happens; `change` is when the overlay of events changes
    /// by itself.
    pub(super) fn wake_at(&self, change: Option<Instant>) -> Instant {
        let others = [self.settle_at, self.retry_at, change];
        let next = others.into_iter().flatten().min();
        next.map_or(self.look_at, |next| next.min(self.look_at))
    }

    /// The time of [`Self::wake_at`] has come.
    pub(super) fn on_wake(&mut self, wake: Instant, now: Instant) {
        self.routine = wake == self.look_at;
        self.settle_at = self.settle_at.filter(|at| *at > now);
        self.retry_at = self.retry_at.filter(|at| *at > now);
        self.due = true;
    }

    /// An event came.
    pub(super) fn on_event(&mut self, now: Instant) {
        self.last_event = now;
        self.settle_at.get_or_insert(now + SETTLE_DELAY);
        self.due = true;
        self.routine = false;
    }

    /// A list came. Returns whether it was a routine one.
    pub(super) fn on_list(&mut self, now: Instant) -> bool {
        self.look_at = now + LOOK_INTERVAL;
        self.retry_at = None;
        std::mem::take(&mut self.routine)
    }

    /// A list failed; another one is due after `wait`.
    pub(super) fn on_fault(&mut self, now: Instant, wait: Duration) {
        self.look_at = now + LOOK_INTERVAL;
        self.retry_at = Some(now + wait);
    }

    /// True if no event has come for so long that the stream may be half-open.
    pub(super) fn is_silent(&self, now: Instant) -> bool {
        now - self.last_event > STREAM_SILENCE
    }
}
