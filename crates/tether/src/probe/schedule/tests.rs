use std::net::Ipv4Addr;

use proptest::prelude::*;

use super::*;
use crate::probe::finding::{Failure, NotTried};
use crate::probe::targets::Host;

fn target(number: u32, protocol: Protocol) -> Target {
    Target {
        protocol,
        host: Host::Ip(Ipv4Addr::from_bits(0x0a00_0000 + number).into()),
        port: 8080,
        tls_is_usual: false,
    }
}

fn targets(count: u32) -> BTreeSet<Target> {
    (0..count)
        .map(|number| target(number, Protocol::Http))
        .collect()
}

const REFUSED: Finding = Finding::Fails(Failure::Refused);

/// A schedule with one server, and the time.
struct One {
    schedule: Schedule,
    now: Instant,
    begin: Instant,
}

impl One {
    fn new(protocol: Protocol) -> Self {
        let now = Instant::now();
        let mut schedule = Schedule::default();
        schedule.set_targets([target(0, protocol)].into(), now);
        Self {
            schedule,
            now,
            begin: now,
        }
    }

    /// Waits for the next attempt, which has this result. Returns its depth and the time since the
    /// one before.
    fn next(&mut self, finding: Finding) -> (Depth, Duration) {
        let at = self.schedule.next_start().expect("an attempt is due");
        let delay = at.saturating_duration_since(self.now);
        self.now = self.now.max(at);
        let job = self.schedule.start(self.now).expect("it starts");
        assert_eq!(
            self.schedule.next_start(),
            None,
            "no other attempt meanwhile"
        );
        self.schedule.finish(&job, finding, self.now);
        (job.depth, delay)
    }

    fn known(&self) -> Reachability {
        self.schedule.entries.values().next().expect("one").known
    }

    fn elapsed(&self) -> Duration {
        self.now - self.begin
    }
}

#[test]
fn a_failure_is_believed_when_it_repeats() {
    let mut one = One::new(Protocol::Http);
    assert_eq!(one.known(), Reachability::Waiting);
    assert_eq!(one.next(Finding::Answers), (Depth::Full, Duration::ZERO));
    assert_eq!(one.known(), Reachability::Answers);

    let (depth, delay) = one.next(REFUSED);
    assert_eq!(depth, Depth::Knock);
    assert!(delay >= INTERVAL && delay < INTERVAL + JITTER_MAX);
    assert_eq!(one.known(), Reachability::Answers, "once is not enough");
    assert_eq!(one.next(Finding::Answers), (Depth::Full, REPEAT_DELAY));

    one.next(REFUSED);
    assert_eq!(one.next(REFUSED), (Depth::Full, REPEAT_DELAY));
    assert_eq!(one.known(), Reachability::Fails(Failure::Refused));
    let (_, delay) = one.next(Finding::Fails(Failure::Silent));
    assert!(delay >= INTERVAL);
    assert_eq!(one.known(), Reachability::Fails(Failure::Silent));
    one.next(Finding::Answers);
    assert_eq!(one.known(), Reachability::Answers);
}

#[test]
fn a_new_server_may_be_starting() {
    let mut one = One::new(Protocol::Http);
    while one.elapsed() < STARTING_LIMIT {
        one.next(REFUSED);
        let waits = one.elapsed() < STARTING_LIMIT;
        assert_eq!(one.known() == Reachability::Waiting, waits);
    }
    assert_eq!(one.known(), Reachability::Fails(Failure::Refused));

    let mut one = One::new(Protocol::Http);
    one.next(REFUSED);
    assert_eq!(one.next(Finding::Answers), (Depth::Full, STARTING_DELAY));
    assert_eq!(one.known(), Reachability::Answers);
}

#[test]
fn what_the_hub_does_not_try_is_known_at_once() {
    let mut one = One::new(Protocol::Http);
    one.next(Finding::NotTried(NotTried::LinkLocal));
    assert_eq!(one.known(), Reachability::NotTried(NotTried::LinkLocal));
    one.next(Finding::Answers);
    one.next(Finding::Unknown);
    assert_eq!(
        one.known(),
        Reachability::Answers,
        "the hub's own fault says nothing"
    );
}

#[test]
fn a_server_that_answers_notices_few_attempts() {
    for (protocol, expected) in [
        (Protocol::Http, 6..=7),
        (Protocol::Https, 6..=7),
        (Protocol::Tcp, 1..=1),
        (Protocol::Tls, 1..=1),
    ] {
        let mut one = One::new(protocol);
        let mut full = 0;
        while one.elapsed() < Duration::from_secs(3600) {
            full += usize::from(one.next(Finding::Answers).0 == Depth::Full);
        }
        assert!(expected.contains(&full), "{protocol:?}: {full}");
    }
}

#[test]
fn vanished_servers_are_forgotten() {
    let now = Instant::now();
    let mut schedule = Schedule::default();
    schedule.set_targets(targets(3), now);
    let late = schedule.start(now).expect("due");
    schedule.set_targets(BTreeSet::new(), now);
    assert_eq!(schedule.next_start(), None);
    assert_eq!(schedule.take_changes(), Some(BTreeMap::new()));

    // One that comes back is new, and a late result is of its predecessor.
    schedule.set_targets(targets(1), now);
    schedule.finish(&late, REFUSED, now);
    assert_eq!(schedule.running, 0);
    let known = schedule.take_changes().expect("changed");
    assert_eq!(
        known.into_values().collect::<Vec<_>>(),
        [Reachability::Waiting]
    );
    assert!(schedule.start(now).is_some());
    assert!(schedule.start(now).is_none());
    assert_eq!(schedule.take_changes(), None);
}

#[test]
fn a_thousand_servers_are_spread() {
    let begin = Instant::now();
    let mut now = begin;
    let mut schedule = Schedule::default();
    schedule.set_targets(targets(1000), now);
    let mut starts = Vec::new();
    while now < begin + Duration::from_secs(600) {
        let mut jobs = Vec::new();
        while let Some(job) = schedule.start(now) {
            starts.push(now - begin);
            jobs.push(job);
        }
        assert!(jobs.len() <= RUNNING_MAX);
        now += Duration::from_millis(100);
        for job in jobs {
            schedule.finish(&job, Finding::Answers, now);
        }
    }
    let in_second = |second: u64| {
        let within = starts.iter().filter(|start| start.as_secs() == second);
        within.count()
    };
    let first = (0..4).map(in_second).sum::<usize>();
    assert_eq!(first, 1000, "all are tried within four seconds");
    let busiest = (480..600).map(in_second).max().unwrap_or_default();
    assert!(busiest < 100, "{busiest} in one second");
    let total = starts.len() - first;
    assert!(total <= 1000 * 20, "{total} in ten minutes");
}

proptest! {
    /// Servers come and go, attempts end in any order and at any time: never more than 32 run, no
    /// server is tried twice at a time, and none is left out.
    #[test]
    fn the_limits_hold(steps in proptest::collection::vec((0u8..5, 0u32..60, 0u64..4000), 1..200)) {
        let mut now = Instant::now();
        let mut schedule = Schedule::default();
        let mut jobs: Vec<Job> = Vec::new();
        for (what, number, millis) in steps {
            now += Duration::from_millis(millis);
            match what {
                0 => schedule.set_targets(targets(number), now),
                1 | 2 if !jobs.is_empty() => {
                    let job = jobs.swap_remove(number as usize % jobs.len());
                    let finding = if what == 1 { Finding::Answers } else { REFUSED };
                    schedule.finish(&job, finding, now);
                }
                _ => jobs.extend(schedule.start(now)),
            }
            prop_assert!(jobs.len() <= RUNNING_MAX);
            prop_assert_eq!(schedule.running, jobs.len());
            let current: Vec<_> = jobs
                .iter()
                .filter(|job| schedule.entries.get(&job.target).is_some_and(|entry| entry.number == job.number))
                .map(|job| &job.target)
                .collect();
            let distinct: BTreeSet<_> = current.iter().collect();
            prop_assert_eq!(distinct.len(), current.len());
            prop_assert_eq!(schedule.due.len() + current.len(), schedule.entries.len());
        }
    }
}
