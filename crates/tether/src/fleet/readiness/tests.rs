use super::*;

const GRACE: Duration = Duration::from_secs(10);

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(ToString::to_string).collect()
}

fn roster(names: &[&str]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

#[test]
fn a_hub_is_ready_as_soon_as_the_roster_has_synced() {
    let start = Instant::now();
    let mut readiness = Readiness::new(GRACE, None, start);
    readiness.on_roster(Some(&roster(&["a", "b"])));
    readiness.on_synced(start);
    readiness.update(&names(&["a"]), true, start);
    assert!(!readiness.is_ready());
    assert_eq!(readiness.missing(), &names(&["b"]));
    readiness.update(&names(&["a", "b"]), true, start);
    assert!(readiness.is_ready());
}

#[test]
fn without_a_roster_the_grace_is_waited_for() {
    let start = Instant::now();
    let mut readiness = Readiness::new(GRACE, None, start);
    readiness.on_roster(None);
    readiness.on_synced(start);
    readiness.update(&names(&["a"]), true, start);
    assert!(!readiness.is_ready());
    assert_eq!(readiness.deadline(), Some(start + GRACE));
    readiness.update(&names(&["a"]), true, start + GRACE);
    assert!(readiness.is_ready());
}

#[test]
fn a_new_agent_of_a_hub_that_has_waited_alone_is_served_after_five_seconds() {
    let start = Instant::now();
    let sync = start + Duration::from_secs(60);
    let mut readiness = Readiness::new(GRACE, None, start);
    readiness.on_roster(None);
    readiness.on_synced(sync);
    readiness.update(&names(&["a"]), true, sync);
    assert!(!readiness.is_ready());
    let deadline = sync + MENDED_LINK_LIMIT;
    assert_eq!(readiness.deadline(), Some(deadline));
    readiness.update(&names(&["a"]), true, deadline);
    assert!(readiness.is_ready());
}

#[test]
fn an_agent_with_a_roster_brings_the_whole_grace_back() {
    let start = Instant::now();
    let sync = start + Duration::from_secs(60);
    let mut readiness = Readiness::new(GRACE, None, start);
    readiness.on_roster(None);
    readiness.on_synced(sync);
    readiness.on_roster(Some(&roster(&["a", "b"])));
    readiness.update(&names(&["a"]), true, sync + MENDED_LINK_LIMIT);
    assert!(!readiness.is_ready());
    assert_eq!(readiness.deadline(), Some(sync + GRACE));
}

#[test]
fn a_short_grace_is_never_made_longer() {
    let start = Instant::now();
    let grace = Duration::from_secs(1);
    let mut readiness = Readiness::new(grace, None, start);
    readiness.on_synced(start);
    assert_eq!(readiness.deadline(), Some(start + grace));
}

#[test]
fn an_empty_roster_is_not_none() {
    let start = Instant::now();
    let mut readiness = Readiness::new(GRACE, None, start);
    readiness.on_roster(Some(&[]));
    readiness.update(&names(&[]), true, start);
    assert!(
        !readiness.is_ready(),
        "the one who brought it has not synced"
    );
    readiness.on_synced(start);
    readiness.update(&names(&["a"]), true, start);
    assert!(readiness.is_ready());
}

#[test]
fn who_left_for_good_is_not_waited_for_whatever_later_rosters_say() {
    let start = Instant::now();
    let id = |name: &str| AgentId {
        env: "default".to_owned(),
        name: name.to_owned(),
    };
    let mut readiness = Readiness::new(GRACE, None, start);
    readiness.on_roster(Some(&roster(&["a", "b", "c"])));
    readiness.on_synced(start);
    assert!(readiness.forget(&id("b")) && readiness.forget(&id("c")));
    assert!(!readiness.forget(&id("b")), "it is forgotten already");
    readiness.on_connect(&id("c"));
    readiness.on_roster(Some(&roster(&["a", "b", "c"])));
    readiness.update(&names(&["a"]), true, start);
    assert_eq!(readiness.missing(), &names(&["c"]), "it is back");
    readiness.update(&names(&["a", "c"]), true, start);
    assert!(readiness.is_ready());
}

#[test]
fn who_never_comes_back_is_named_when_the_grace_ends() {
    let start = Instant::now();
    let mut readiness = Readiness::new(GRACE, None, start);
    readiness.on_roster(Some(&roster(&["a", "b"])));
    readiness.on_synced(start);
    readiness.update(&names(&["a"]), true, start + GRACE);
    assert!(readiness.is_ready());
    assert_eq!(readiness.missing(), &names(&["b"]));
}

#[test]
fn who_came_back_once_is_not_missed_when_it_connects_anew() {
    let start = Instant::now();
    let mut readiness = Readiness::new(GRACE, None, start);
    readiness.on_roster(Some(&roster(&["a", "b"])));
    readiness.on_synced(start);
    let later = start + GRACE;
    readiness.update(&names(&["a"]), true, later);
    assert!(readiness.is_ready());
    // Its new session has not synced yet.
    readiness.update(&names(&[]), true, later);
    assert_eq!(readiness.missing(), &names(&["b"]));
    readiness.update(&names(&["b"]), true, later);
    readiness.update(&names(&[]), true, later);
    assert!(readiness.missing().is_empty());
}

#[test]
fn a_hub_that_hears_nobody_waits_as_long_as_it_was_told() {
    let start = Instant::now();
    let hour = Duration::from_secs(3600);
    let mut forever = Readiness::new(GRACE, None, start);
    forever.update(&names(&[]), false, start + hour);
    assert!(!forever.is_ready());
    let mut wait = Readiness::new(GRACE, Some(GRACE), start);
    wait.update(&names(&[]), false, start);
    assert!(!wait.is_ready());
    wait.update(&names(&[]), false, start + GRACE);
    assert!(wait.is_ready());
}

#[test]
fn a_new_agent_is_served_at_once_where_traefik_has_nothing_to_lose() {
    let start = Instant::now();
    let mut readiness = Readiness::new(GRACE, None, start);
    assert!(readiness.on_nothing_to_lose());
    assert!(!readiness.on_nothing_to_lose());
    readiness.update(&names(&[]), true, start);
    assert!(!readiness.is_ready(), "nobody has synced");
    readiness.on_roster(None);
    readiness.on_synced(start);
    readiness.update(&names(&["a"]), true, start);
    assert!(readiness.is_ready());
}

#[test]
fn a_roster_counts_more_than_an_empty_traefik() {
    let start = Instant::now();
    let mut readiness = Readiness::new(GRACE, None, start);
    readiness.on_nothing_to_lose();
    readiness.on_roster(Some(&roster(&["a", "b"])));
    readiness.on_synced(start);
    readiness.update(&names(&["a"]), true, start);
    assert!(!readiness.is_ready());
    assert_eq!(readiness.deadline(), Some(start + GRACE));
}
