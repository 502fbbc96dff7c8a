use super::*;

#[test]
fn what_is_remembered_is_bounded_and_the_oldest_goes_first() {
    let id = |name: &str| AgentId {
        env: "default".to_owned(),
        name: name.to_owned(),
    };
    let mut drained = Drained::default();
    drained.record(&id("a"), ["first".to_owned()]);
    assert!(drained.rejection(&id("a"), "first").is_some());
    assert!(drained.rejection(&id("b"), "first").is_none());
    let others = (0..PROCESSES_LIMIT).map(|number| number.to_string());
    drained.record(&id("b"), others.clone());
    drained.record(&id("b"), others);
    assert!(drained.rejection(&id("a"), "first").is_none());
    assert!(!drained.contains(&id("a")) && drained.contains(&id("b")));
    assert_eq!(drained.processes.len(), PROCESSES_LIMIT);
}
