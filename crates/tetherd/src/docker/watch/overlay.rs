//! Keeps what events tell and a list does not: containers that are about to stop, and containers
//! that died although a slightly older list still shows them. Duplicate and late events change
//! nothing, since only the time of the event counts.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::Instant;

use crate::docker::api::event::{Event, TimedEvent};
use crate::docker::model::container::Container;

/// A container that still runs so long after its stop signal does not stop.
const STOP_LIMIT: Duration = Duration::from_secs(60);

/// A list that shows a container so long after its death knows more than we do.
const DEATH_LIMIT: Duration = Duration::from_secs(10);

/// An event that is older than the newest one by more than this, in nanoseconds of the engine's
/// clock, is not late: the clock was set back.
const LATE_LIMIT: i64 = 5_000_000_000;

/// SIGKILL and SIGTERM, which end any container.
const ENDING: [i32; 2] = [9, 15];

/// The events of one unbroken stream.
#[derive(Debug, Default)]
pub(crate) struct EventOverlay {
    stopping: BTreeMap<String, Mark>,
    dead: BTreeMap<String, Mark>,
    /// The dead that have started again: a list that was asked for before shows their old ports.
    revived: BTreeSet<String>,
    /// Signals of which only an inspect can tell whether they mean "stop".
    asked: BTreeMap<String, (i32, i64)>,
    /// The newest start of each container, until a list must show it.
    started: BTreeMap<String, Mark>,
    /// When the newest event happened, on a clock that is never set back.
    newest: i64,
    /// How far that clock is ahead of the engine's.
    set_back: i64,
}

/// The last event of a container.
#[derive(Debug, Clone, Copy)]
struct Mark {
    /// When it happened.
    at: i64,
    /// When it does not count any more.
    until: Instant,
}

impl EventOverlay {
    /// Takes an event's word in.
    pub(crate) fn note(&mut self, heard: &TimedEvent, now: Instant) {
        let at = self.order(heard.at);
        match &heard.event {
            Event::Kill(id, _) | Event::Die(id) if self.is_started_after(id, at) => {}
            Event::Kill(id, signal) if ENDING.contains(signal) => self.stop(id, at, now),
            Event::Kill(id, signal) => {
                self.asked.insert(id.clone(), (*signal, at));
            }
            Event::Die(id) => {
                self.forget(id, at);
                self.revived.remove(id);
                let until = now + DEATH_LIMIT;
                self.dead.insert(id.clone(), Mark { at, until });
            }
            Event::Start(id) if self.is_started_after(id, at) => {}
            Event::Start(id) => {
                self.forget(id, at);
                let until = now + DEATH_LIMIT;
                self.started.insert(id.clone(), Mark { at, until });
            }
            Event::Other => {}
        }
    }

    /// A look begins: its list shows what has been told until now.
    pub(crate) fn begin(&mut self) {
        for id in std::mem::take(&mut self.revived) {
            self.dead.remove(&id);
        }
    }

    /// Whose own stop signal is to be asked for.
    pub(crate) fn questions(&self) -> Vec<String> {
        self.asked.keys().cloned().collect()
    }

    /// Takes in that `id` stops at `signal`; none: at the usual one, or nobody knows.
    pub(crate) fn answer(&mut self, id: &str, signal: Option<i32>, now: Instant) {
        // Dead or restarted meanwhile: then nobody asks any more.
        if let Some((asked, at)) = self.asked.remove(id)
            && Some(asked) == signal
        {
            self.stop(id, at, now);
        }
    }

    /// The listed containers as they are; and drops what no longer matters.
    pub(crate) fn apply(&mut self, listed: &[Container], now: Instant) -> Vec<Container> {
        let is_listed = |id: &str| listed.binary_search_by(|c| c.id.as_str().cmp(id)).is_ok();
        self.stopping
            .retain(|id, mark| mark.until > now && is_listed(id));
        self.dead
            .retain(|id, mark| mark.until > now && is_listed(id));
        self.asked.retain(|id, _| is_listed(id));
        self.started
            .retain(|id, mark| mark.until > now || is_listed(id));
        self.over(listed)
    }

    /// These containers without those that died, and with the mark of those that stop.
    pub(crate) fn over(&self, containers: &[Container]) -> Vec<Container> {
        let alive = containers
            .iter()
            .filter(|container| !self.dead.contains_key(&container.id));
        alive
            .map(|container| Container {
                stopping: container.stopping || self.stopping.contains_key(&container.id),
                ..container.clone()
            })
            .collect()
    }

    /// When [`EventOverlay::apply`] will say something else of the same list.
    pub(crate) fn next_change(&self) -> Option<Instant> {
        let marks = self.stopping.values().chain(self.dead.values());
        marks.map(|mark| mark.until).min()
    }

    fn stop(&mut self, id: &str, at: i64, now: Instant) {
        let until = now + STOP_LIMIT;
        self.stopping.insert(id.to_owned(), Mark { at, until });
    }

    /// Forgets what was told of a container before that time.
    fn forget(&mut self, id: &str, at: i64) {
        let is_before = |mark: Option<&Mark>| mark.is_some_and(|mark| mark.at <= at);
        if is_before(self.stopping.get(id)) {
            self.stopping.remove(id);
        }
        if is_before(self.dead.get(id)) {
            self.revived.insert(id.to_owned());
        }
        if self.asked.get(id).is_some_and(|(_, asked)| *asked <= at) {
            self.asked.remove(id);
        }
    }

    fn is_started_after(&self, id: &str, at: i64) -> bool {
        self.started.get(id).is_some_and(|start| start.at > at)
    }

    /// When an event happened, on a clock that is never set back. One that does not say so
    /// happened now.
    fn order(&mut self, at: Option<i64>) -> i64 {
        let Some(at) = at else { return self.newest };
        if self.newest.saturating_sub(at.saturating_add(self.set_back)) > LATE_LIMIT {
            self.set_back = self.newest.saturating_sub(at);
        }
        let at = at.saturating_add(self.set_back);
        self.newest = self.newest.max(at);
        at
    }
}

#[cfg(test)]
mod tests;
