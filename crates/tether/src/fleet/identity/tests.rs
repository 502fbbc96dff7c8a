use std::net::IpAddr;
use std::time::{Duration, Instant};

use super::super::tests::{PEER, compiled, fleet, hello};
use super::super::{Fleet, RETURN_LIMIT, SETTLE_DELAY};

#[test]
fn a_host_that_is_renamed_leaves_nothing_under_its_old_name() {
    let start = Instant::now();
    let mut fleet = fleet(start);
    let (old, session) = fleet
        .connect(hello("old", "one", "E"), PEER, start)
        .unwrap();
    fleet.replace(&old, session, 1, compiled(true, &["c"]), start);
    fleet.disconnect(&old, session, start);
    let soon = start + Duration::from_secs(1);
    let (new, session) = fleet.connect(hello("new", "two", "E"), PEER, soon).unwrap();
    let later = start + RETURN_LIMIT;
    assert_eq!(fleet.view(soon + SETTLE_DELAY).deadline, Some(later));
    fleet.tick(later);
    assert_eq!(fleet.roster(), ["new", "old"], "it has no routes yet");
    fleet.replace(&new, session, 1, compiled(true, &["c"]), later);
    fleet.tick(later);
    assert_eq!(fleet.roster(), ["new"]);
    assert_eq!(fleet.take_renamed(), [(old, new)]);
}

#[test]
fn who_was_connected_together_is_not_one_host() {
    let start = Instant::now();
    for (engine, peer, together) in [
        ("E", PEER, true),
        ("F", PEER, false),
        ("E", IpAddr::from([10, 0, 0, 9]), false),
    ] {
        let mut fleet = fleet(start);
        let (old, session) = fleet
            .connect(hello("old", "one", "E"), PEER, start)
            .unwrap();
        let connect = |fleet: &mut Fleet, at| {
            let (new, session) = fleet
                .connect(hello("new", "two", engine), peer, at)
                .unwrap();
            fleet.replace(&new, session, 1, compiled(true, &["c"]), at);
        };
        let soon = start + Duration::from_secs(1);
        if together {
            connect(&mut fleet, start);
        }
        fleet.disconnect(&old, session, start);
        connect(&mut fleet, soon);
        fleet.tick(start + RETURN_LIMIT);
        assert_eq!(fleet.roster(), ["new", "old"], "{engine} {peer} {together}");
    }
}

#[test]
fn copies_of_a_machine_are_named() {
    let now = Instant::now();
    let mut fleet = fleet(now);
    let copies = [("a", "E"), ("b", "E"), ("c", "F")];
    for (name, engine) in copies {
        fleet
            .connect(hello(name, "one", engine), PEER, now)
            .unwrap();
    }
    let mut elsewhere = hello("d", "one", "E");
    elsewhere.env = "other".to_owned();
    fleet.connect(elsewhere, PEER, now).unwrap();
    let view = fleet.view(now);
    let problems = view.members.iter().map(|member| &member.duplicates[..]);
    let told: Vec<Vec<&str>> = problems
        .map(|all| all.iter().map(|one| &*one.message).collect())
        .collect();
    assert!(
        told[0][0].contains("that of `b` at 127.0.0.1: "),
        "{told:?}"
    );
    assert!(
        told[1][0].contains("that of `a` at 127.0.0.1: "),
        "{told:?}"
    );
    assert!(told[2].is_empty() && told[3].is_empty(), "{told:?}");
}
