//! Events in, what a list does not tell out: who was told to stop, and who died although a list
//! that is a moment late still shows it.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

use super::container::Container;

/// A container that still runs so long after its stop signal does not stop.
const STOP_LIMIT: Duration = Duration::from_secs(60);

/// A list that shows a container so long after its death knows more than we do.
const DEATH_LIMIT: Duration = Duration::from_secs(10);

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

/// What the events of one unbroken stream have told.
#[derive(Debug, Default)]
pub(super) struct Marks {
    stopping: BTreeMap<String, Instant>,
    dead: BTreeMap<String, Instant>,
    /// Signals of which only an inspect can tell whether they mean "stop".
    asked: BTreeMap<String, i32>,
}

impl Marks {
    /// Takes an event's word in.
    pub(super) fn note(&mut self, event: &Event, now: Instant) {
        match event {
            Event::Kill(id, signal) if ENDING.contains(signal) => self.stop(id, now),
            Event::Kill(id, signal) => {
                self.asked.insert(id.clone(), *signal);
            }
            Event::Die(id) => {
                self.forget(id);
                self.dead.insert(id.clone(), now + DEATH_LIMIT);
            }
            Event::Start(id) => self.forget(id),
            Event::Other => {}
        }
    }

    /// Whose own stop signal is to be asked for.
    pub(super) fn questions(&self) -> Vec<String> {
        self.asked.keys().cloned().collect()
    }

    /// Takes in that `id` stops at `signal`; none: at the usual one, or nobody knows.
    pub(super) fn answer(&mut self, id: &str, signal: Option<i32>, now: Instant) {
        // Dead or restarted meanwhile: then nobody asks any more.
        if let Some(asked) = self.asked.remove(id)
            && Some(asked) == signal
        {
            self.stop(id, now);
        }
    }

    /// The listed containers as they are; and drops what no longer matters.
    pub(super) fn apply(&mut self, listed: &[Container], now: Instant) -> Vec<Container> {
        let is_listed = |id: &str| listed.binary_search_by(|c| c.id.as_str().cmp(id)).is_ok();
        self.stopping
            .retain(|id, until| *until > now && is_listed(id));
        self.dead.retain(|id, until| *until > now && is_listed(id));
        self.asked.retain(|id, _| is_listed(id));
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
        self.stopping
            .values()
            .chain(self.dead.values())
            .min()
            .copied()
    }

    fn stop(&mut self, id: &str, now: Instant) {
        self.stopping.insert(id.to_owned(), now + STOP_LIMIT);
    }

    fn forget(&mut self, id: &str) {
        self.stopping.remove(id);
        self.dead.remove(id);
        self.asked.remove(id);
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
            stopping: false,
        }]
    }

    /// The one container after these events, one second apart: gone, stopping or running.
    #[track_caller]
    fn check(events: &[Event], later: u64, expected: &str) {
        let start = Instant::now();
        let mut marks = Marks::default();
        let mut now = start;
        for event in events {
            marks.note(event, now);
            for id in marks.questions() {
                marks.answer(&id, Some(3), now);
            }
            now += Duration::from_secs(1);
        }
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
    fn an_answer_that_comes_after_the_restart_is_not_heard() {
        let now = Instant::now();
        let mut marks = Marks::default();
        marks.note(&Event::Kill("a".into(), 3), now);
        marks.note(&Event::Start("a".into()), now);
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
