//! Events in several orders and the list that results.

use super::*;
use crate::docker::model::container::{Health, NetworkMode};

fn list() -> Vec<Container> {
    vec![Container {
        id: "a".into(),
        name: "a".into(),
        labels: BTreeMap::new(),
        ports: Vec::new(),
        network: NetworkMode::Own,
        attachments: Vec::new(),
        health: Health::Healthy,
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
    let mut marks = EventOverlay::default();
    let mut now = start;
    for (event, second) in events {
        let at = second.map(|second| second * 1_000_000_000);
        let event = (*event).clone();
        marks.note(&TimedEvent { event, at }, now);
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
    let mut marks = EventOverlay::default();
    let events = [Event::Die("a".into()), Event::Start("a".into())];
    marks.begin();
    for event in events {
        marks.note(&TimedEvent { event, at: None }, now);
    }
    assert!(marks.apply(&list(), now).is_empty());
    marks.begin();
    assert_eq!(marks.apply(&list(), now).len(), 1);
}

#[test]
fn an_answer_that_comes_after_the_restart_is_not_heard() {
    let now = Instant::now();
    let mut marks = EventOverlay::default();
    for event in [Event::Kill("a".into(), 3), Event::Start("a".into())] {
        marks.note(&TimedEvent { event, at: None }, now);
    }
    marks.answer("a", Some(3), now);
    assert!(!marks.apply(&list(), now)[0].stopping);
}
