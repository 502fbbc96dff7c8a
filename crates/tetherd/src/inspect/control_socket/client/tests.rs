//! Sockets of several agents and the one that is asked.

use super::*;

fn agent(name: &str, engine: &str) -> (String, Health) {
    let health = Health {
        agent: Some(name.to_owned()),
        engines: vec![engine.to_owned()],
        healthy: true,
        line: String::new(),
    };
    (format!("tetherd/{name}"), health)
}

/// Which of the agents `a` and `b` is meant.
fn meant(name: Option<&str>, engine: &str, engines_said: bool) -> Found {
    let engines = [engine.to_owned()];
    let wanted = Wanted {
        name,
        engines: &engines,
        engines_said,
    };
    choose(
        vec![agent("a", "unix:///a"), agent("b", "unix:///b")],
        false,
        wanted,
    )
}

#[test]
fn the_agent_that_is_meant() {
    let one = |found| match found {
        Found::One(socket, _) => socket,
        other => panic!("{other:?}"),
    };
    assert_eq!(one(meant(Some("b"), "unix:///x", false)), "tetherd/b");
    assert_eq!(one(meant(None, "unix:///b", true)), "tetherd/b");
    assert_eq!(one(meant(None, "unix:///a", false)), "tetherd/a");
    let several = vec!["a".to_owned(), "b".to_owned()];
    assert_eq!(
        meant(None, "unix:///x", false),
        Found::Several(several.clone())
    );
    let none = Found::None {
        others: several,
        elsewhere: false,
    };
    assert_eq!(meant(None, "unix:///x", true), none);
    assert_eq!(meant(Some("c"), "unix:///a", false), none);
}

#[test]
fn one_agent_is_meant_whatever_the_settings_are_by_default() {
    let engines = ["unix:///default".to_owned()];
    let wanted = Wanted {
        name: None,
        engines: &engines,
        engines_said: false,
    };
    let found = choose(vec![agent("a", "tcp://proxy")], false, wanted);
    assert!(matches!(found, Found::One(..)));
}

#[test]
fn our_sockets_among_others() {
    let listed = "Num RefCount Protocol Flags Type St Inode Path\n\
                  0000: 00000002 00000000 00010000 0001 01 1 @tetherd/ab\n\
                  0000: 00000003 00000000 00000000 0001 03 2 @tetherd/ab\n\
                  0000: 00000002 00000000 00010000 0001 01 3 /run/tetherd/x\n\
                  0000: 00000003 00000000 00000000 0001 03 4\n\
                  0000: 00000002 00000000 00010000 0001 01 5 @other\n";
    assert_eq!(names(listed), ["tetherd/ab"]);
}
