use super::*;

fn place(number: u8) -> Place {
    Place {
        peer: IpAddr::from([10, 0, 0, number]),
        host: (number > 1).then(|| format!("host-{number}")),
    }
}

fn messages(rivals: &Rivals) -> Vec<String> {
    let problems = rivals.problems(&place(1));
    problems.into_iter().map(|one| one.message).collect()
}

#[test]
fn both_are_named_until_the_rival_gives_up() {
    let start = Instant::now();
    let second = start + Duration::from_secs(1);
    let mut rivals = Rivals::default();
    assert!(rivals.note(place(2), RejectCode::NameTaken, start));
    assert!(!rivals.note(place(2), RejectCode::NameTaken, second));
    let [message] = &messages(&rivals)[..] else {
        panic!("{rivals:?}");
    };
    for words in [
        "at 10.0.0.2 (host `host-2`)",
        "at 10.0.0.1 is",
        "TETHERD_NAME",
    ] {
        assert!(message.contains(words), "{message}");
    }
    assert_eq!(rivals.deadline(), Some(second + RIVAL_LIFETIME));
    assert!(!rivals.tick(start + RIVAL_LIFETIME));
    assert!(rivals.tick(second + RIVAL_LIFETIME));
    assert!(messages(&rivals).is_empty() && rivals.deadline().is_none());
}

#[test]
fn who_is_let_in_is_no_rival_and_no_more_than_some_are_remembered() {
    let start = Instant::now();
    let mut rivals = Rivals::default();
    for number in 0..20 {
        rivals.note(place(number), RejectCode::Superseded, start);
    }
    assert_eq!(messages(&rivals).len(), LIMIT);
    assert!(messages(&rivals)[0].contains("older process"));
    rivals.admit(&place(19));
    rivals.admit(&place(0));
    assert_eq!(messages(&rivals).len(), LIMIT - 1);
}
