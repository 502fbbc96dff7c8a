use super::*;

const MS: Duration = Duration::from_millis(1);
const S: Duration = Duration::from_secs(1);

/// The delays of looks that take no time, until the gateway has applied the snapshot.
fn delays(pace: &mut Pace, start: Instant, count: usize) -> Vec<Duration> {
    let mut now = start;
    let looks = (0..count).map(|_| {
        let delay = pace.after_look(MS, false, now);
        now += delay;
        delay
    });
    looks.collect()
}

#[test]
fn a_gateway_that_has_to_apply_a_snapshot_is_asked_every_second() {
    let start = Instant::now();
    let mut pace = Pace::new(start);
    let expected = [200 * MS, 400 * MS, 800 * MS, S, S, S];
    assert_eq!(delays(&mut pace, start, 6), expected);
    pace.changed(start);
    assert_eq!(delays(&mut pace, start, 2), expected[..2]);
    assert_eq!(pace.after_look(MS, true, start), 10 * S);
    assert_eq!(pace.after_look(MS, false, start + 31 * S), 5 * S);
}

#[test]
fn looks_that_take_long_are_rare() {
    let start = Instant::now();
    let mut pace = Pace::new(start);
    assert_eq!(pace.after_look(100 * MS, true, start), 20 * S);
    assert_eq!(pace.after_look(5 * S, true, start), 60 * S);
    assert_eq!(pace.after_look(100 * MS, false, start), 2 * S);
    assert_eq!(pace.after_change(), 2 * S);
    assert_eq!(pace.after_look(5 * S, false, start), 5 * S);
}

#[test]
fn a_gateway_that_does_not_answer_is_asked_less_and_less() {
    let start = Instant::now();
    let mut pace = Pace::new(start);
    let delays: Vec<_> = (0..8).map(|_| pace.after_failure(start)).collect();
    let expected = [200, 400, 800, 1600, 3200, 6400, 10_000, 10_000];
    assert_eq!(delays, expected.map(Duration::from_millis));
    assert!(!pace.is_lasting(start + 60 * S));
    assert!(pace.is_lasting(start + 61 * S));
    pace.after_look(MS, true, start + 61 * S);
    assert_eq!(pace.after_failure(start + 62 * S), 200 * MS);
    assert!(!pace.is_lasting(start + 63 * S));
}

#[test]
fn patience_begins_with_each_change() {
    let start = Instant::now();
    let mut pace = Pace::new(start);
    assert!(!pace.is_patient(start + 10 * S));
    assert!(pace.is_patient(start + 11 * S));
    pace.changed(start + 11 * S);
    assert!(!pace.is_patient(start + 12 * S));
}
