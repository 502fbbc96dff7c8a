//! Events in, what a list does not tell out: who was told to stop, and who died although a list
//! that is a moment late still shows it. Events that come twice or late say nothing new: what
//! counts is when they happened.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::Instant;

use super::container::Container;

/// A container that still runs so long after its stop signal does not stop.
const STOP_LIMIT: Duration = Duration::from_secs(60);

/// A list that shows a container so long after its death knows more than we do.
const DEATH_LIMIT: Duration = Duration::from_secs(10);

/// An event that is older than the newest one by more than this, in nanoseconds of the engine's
/// clock, is not late: the clock was set back.
const LATE_LIMIT: i64 = 5_000_000_000;

/// SIGKILL and SIGTERM, which end any container.
const ENDING: [i32; 2] = [9, 15];

/// What an event says, as far as it is more than "look again".
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Event {
    /// A container was sent a signal.
    Kill(String, i32),
    /// A container's process ended.
    Die(String),
    /// A container started.
    Start(String),
    /// Something else happened.
    Other,
}

/// An event as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heard {
    /// What it says.
    pub(super) event: Event,
    /// When it happened, in nanoseconds of the engine's clock.
    pub(super) at: Option<i64>,
}

/// What the events of one unbroken stream have told.
#[derive(Debug, Default)]
pub(super) struct Marks {
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
    /// What that clock is before the engine's.
    set_back: i64,
}

/// What an event has told of a container.
#[derive(Debug, Clone, Copy)]
struct Mark {
    /// When it happened.
    at: i64,
    /// When it does not count any more.
    until: Instant,
}

impl Marks {
    /// Takes an event's word in.
    pub(super) fn note(&mut self, heard: &Heard, now: Instant) {
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
    pub(super) fn begin(&mut self) {
        for id in std::mem::take(&mut self.revived) {
            self.dead.remove(&id);
        }
    }

    /// Whose own stop signal is to be asked for.
    pub(super) fn questions(&self) -> Vec<String> {
        self.asked.keys().cloned().collect()
    }

    /// Takes in that `id` stops at `signal`; none: at the usual one, or nobody knows.
    pub(super) fn answer(&mut self, id: &str, signal: Option<i32>, now: Instant) {
        // Dead or restarted meanwhile: then nobody asks any more.
        if let Some((asked, at)) = self.asked.remove(id)
            && Some(asked) == signal
        {
            self.stop(id, at, now);
        }
    }

    /// The listed containers as they are; and drops what no longer matters.
    pub(super) fn apply(&mut self, listed: &[Container], now: Instant) -> Vec<Container> {
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
    pub(super) fn over(&self, containers: &[Container]) -> Vec<Container> {
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

    /// When [`Marks::apply`] will say something else of the same list.
    pub(super) fn next_change(&self) -> Option<Instant> {
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

/// The number of a signal as engines write it: `15`, `TERM`, `SIGTERM`, `SIGRTMIN+3`.
pub(super) fn signal(text: &str) -> Option<i32> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let name = text.to_ascii_uppercase();
    let name = name.strip_prefix("SIG").unwrap_or(&name);
    if let Some(offset) = name.strip_prefix("RTMIN+") {
        return offset.parse::<i32>().ok().map(|offset| 34 + offset);
    }
    Some(match name {
        "HUP" => 1,
        "INT" => 2,
        "QUIT" => 3,
        "ABRT" => 6,
        "KILL" => 9,
        "USR1" => 10,
        "USR2" => 12,
        "ALRM" => 14,
        "TERM" => 15,
        "WINCH" => 28,
        "PWR" => 30,
        "RTMIN" => 34,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::docker::container::{Health, Network};

    fn list() -> Vec<Container> {
        vec![Container {
            id: "a".into(),
            name: "a".into(),
            labels: BTreeMap::new(),
            ports: Vec::new(),
            network: Network::Own,
            attachments: Vec::new(),
            health: Health::Good,
            created: 0,
            ..Container::default()
        }]
    }

    /// The one container after these events, one second apart: gone, stopping or running.
    #[track_caller]
    fn check(events: &[Event], later: u64, expected: &str) {
        let events = events.iter().zip(1..);
        let events: Vec<_> = events
            .map(|(event, second)| (event, Some(second)))
            .collect();
        check_times(&events, later, expected);
    }

    /// The same of events that say when they happened, in seconds.
    #[track_caller]
    fn check_times(events: &[(&Event, Option<i64>)], later: u64, expected: &str) {
        let start = Instant::now();
        let mut marks = Marks::default();
        let mut now = start;
        for (event, second) in events {
            let at = second.map(|second| second * 1_000_000_000);
            let event = (*event).clone();
            marks.note(&Heard { event, at }, now);
            for id in marks.questions() {
                marks.answer(&id, Some(3), now);
            }
            now += Duration::from_secs(1);
        }
        marks.begin();
        let found = marks.apply(&list(), now + Duration::from_secs(later));
        let found = match found.as_slice() {
            [] => "gone",
            [container] if container.stopping => "stopping",
            _ => "running",
        };
        assert_eq!(found, expected, "{events:?}");
    }

    #[test]
    fn the_stop_signal_counts_until_death_start_or_a_minute() {
        let kill = |signal| Event::Kill("a".into(), signal);
        let (die, start) = (Event::Die("a".into()), Event::Start("a".into()));
        check(&[], 0, "running");
        check(&[kill(15)], 0, "stopping");
        check(&[kill(9)], 0, "stopping");
        check(&[kill(3)], 0, "stopping");
        check(&[kill(1)], 0, "running");
        check(&[kill(15)], 60, "running");
        check(&[kill(15), start.clone()], 0, "running");
        check(&[kill(15), die.clone()], 0, "gone");
        check(std::slice::from_ref(&die), 10, "running");
        check(&[kill(15), die, start], 0, "running");
        check(&[Event::Kill("b".into(), 15), Event::Other], 0, "running");
    }

    #[test]
    fn what_comes_twice_or_late_says_nothing_new() {
        let (term, die) = (Event::Kill("a".into(), 15), Event::Die("a".into()));
        let (quit, start) = (Event::Kill("a".into(), 3), Event::Start("a".into()));
        let check = |events: &[(&Event, i64)], expected: &str| {
            let events: Vec<_> = events
                .iter()
                .map(|(event, at)| (*event, Some(*at)))
                .collect();
            check_times(&events, 0, expected);
        };
        check(&[(&term, 1), (&start, 3), (&die, 2)], "running");
        check(&[(&die, 2), (&start, 3), (&term, 1)], "running");
        check(&[(&die, 2), (&start, 3), (&quit, 1)], "running");
        check(&[(&term, 1), (&die, 2), (&start, 3), (&die, 2)], "running");
        check(&[(&start, 3), (&start, 1), (&die, 2)], "running");
        check(&[(&term, 2), (&start, 1)], "stopping");
        check(&[(&start, 1), (&term, 2), (&start, 1)], "stopping");
        check(&[(&die, 4), (&start, 3)], "gone");
        // The engine's clock was set back.
        check(&[(&term, 102), (&die, 103), (&start, 4)], "running");
        check(&[(&start, 103), (&term, 4)], "stopping");
        check(
            &[(&start, 103), (&term, 4), (&die, 5), (&start, 6)],
            "running",
        );
        // An engine that does not say when.
        let unknown = [&term, &die, &start].map(|event| (event, None));
        check_times(&unknown, 0, "running");
        check_times(&unknown[..2], 0, "gone");
    }

    #[test]
    fn a_list_that_was_asked_for_before_a_restart_does_not_tell_of_it() {
        let now = Instant::now();
        let mut marks = Marks::default();
        let events = [Event::Die("a".into()), Event::Start("a".into())];
        marks.begin();
        for event in events {
            marks.note(&Heard { event, at: None }, now);
        }
        assert!(marks.apply(&list(), now).is_empty());
        marks.begin();
        assert_eq!(marks.apply(&list(), now).len(), 1);
    }

    #[test]
    fn an_answer_that_comes_after_the_restart_is_not_heard() {
        let now = Instant::now();
        let mut marks = Marks::default();
        for event in [Event::Kill("a".into(), 3), Event::Start("a".into())] {
            marks.note(&Heard { event, at: None }, now);
        }
        marks.answer("a", Some(3), now);
        assert!(!marks.apply(&list(), now)[0].stopping);
    }

    #[test]
    fn signals() {
        assert_eq!(signal("15"), Some(15));
        assert_eq!(signal("SIGQUIT"), Some(3));
        assert_eq!(signal("quit"), Some(3));
        assert_eq!(signal("SIGRTMIN+3"), Some(37));
        assert_eq!(signal(""), None);
    }
}
