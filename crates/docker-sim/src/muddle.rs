//! Events in their order in, the same ones twice or later than others out.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use crate::events::Event;
use crate::random::Random;

/// An event that no later one overtakes is held back no longer.
pub(crate) const HELD: Duration = Duration::from_millis(20);

/// What one stream holds back.
pub(crate) struct Muddle {
    held: Vec<Arc<Event>>,
    random: Random,
}

impl Muddle {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            held: Vec::new(),
            random: Random::new(seed),
        }
    }

    /// Puts an event into `ready`, or holds it back, or both; what was held comes behind the
    /// first one that is not.
    pub(crate) fn take(&mut self, event: Arc<Event>, ready: &mut VecDeque<Arc<Event>>) {
        match self.random.below(4) {
            0 => self.held.push(event),
            1 => {
                ready.push_back(event.clone());
                self.held.push(event);
            }
            _ => {
                ready.push_back(event);
                self.release(ready);
            }
        }
    }

    /// Holds nothing back any longer.
    pub(crate) fn release(&mut self, ready: &mut VecDeque<Arc<Event>>) {
        ready.extend(self.held.drain(..).rev());
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.held.is_empty()
    }
}
