//! Reorders and repeats the events of one stream, as a fault.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use crate::events::Event;
use crate::random::Random;

/// A held event is released after this time if no later event passes it.
pub(crate) const REORDER_HOLD_TIME: Duration = Duration::from_millis(20);

/// The events that one stream holds back.
pub(crate) struct ReorderBuffer {
    held: Vec<Arc<Event>>,
    random: Random,
}

impl ReorderBuffer {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            held: Vec::new(),
            random: Random::new(seed),
        }
    }

    /// Adds the event to `ready`, to the held ones, or to both. Held events follow the next one
    /// that goes only to `ready`.
    pub(crate) fn push(&mut self, event: Arc<Event>, ready: &mut VecDeque<Arc<Event>>) {
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

    /// Moves all held events to `ready`, newest first.
    pub(crate) fn release(&mut self, ready: &mut VecDeque<Arc<Event>>) {
        ready.extend(self.held.drain(..).rev());
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.held.is_empty()
    }
}
