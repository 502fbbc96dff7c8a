use super::*;

fn peer(number: u8) -> Peer {
    Peer {
        peer: IpAddr::from([10, 0, 0, number]),
        host: (number > 1).then(|| format!("host-{number}")),
    }
}

fn messages(duplicates: &Duplicates) -> Vec<String> {
    let problems = duplicates.problems(&peer(1));
    problems.into_iter().map(|one| one.message).collect()
}

#[test]
fn both_are_named_until_the_rival_gives_up() {
    let start = Instant::now();
    let second = start + Duration::from_secs(1);
    let mut duplicates = Duplicates::default();
    assert!(duplicates.record(peer(2), RejectCode::NameTaken, start));
    assert!(!duplicates.record(peer(2), RejectCode::NameTaken, second));
    let [message] = &messages(&duplicates)[..] else {
        panic!("{duplicates:?}");
    };
    for words in [
        "at 10.0.0.2 (host `host-2`)",
        "at 10.0.0.1 is",
        "TETHERD_NAME",
    ] {
        assert!(message.contains(words), "{message}");
    }
    assert_eq!(duplicates.deadline(), Some(second + DUPLICATE_LIFETIME));
    assert!(!duplicates.tick(start + DUPLICATE_LIFETIME));
    assert!(duplicates.tick(second + DUPLICATE_LIFETIME));
    assert!(messages(&duplicates).is_empty() && duplicates.deadline().is_none());
}

#[test]
fn who_is_let_in_is_no_rival_and_no_more_than_some_are_remembered() {
    let start = Instant::now();
    let mut duplicates = Duplicates::default();
    for number in 0..20 {
        duplicates.record(peer(number), RejectCode::Superseded, start);
    }
    assert_eq!(messages(&duplicates).len(), DUPLICATES_LIMIT);
    assert!(messages(&duplicates)[0].contains("older process"));
    duplicates.admit(&peer(19));
    duplicates.admit(&peer(0));
    assert_eq!(messages(&duplicates).len(), DUPLICATES_LIMIT - 1);
}
