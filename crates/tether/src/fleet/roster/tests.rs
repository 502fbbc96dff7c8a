use super::*;

#[test]
fn it_knows_its_names_and_says_them() {
    let names = || vec!["a".to_owned(), "lab/a".to_owned()];
    let roster = Roster::new(names());
    let id = |env: &str, name: &str| AgentId {
        env: env.to_owned(),
        name: name.to_owned(),
    };
    assert!(roster.contains(&id("default", "a")) && roster.contains(&id("lab", "a")));
    assert!(!roster.contains(&id("default", "b")));
    assert!(roster.has_names(&names()));
    assert!(!roster.has_names(&names()[..1]));
    let told: HubMessage = serde_json::from_slice(&roster.message()).unwrap();
    assert_eq!(told, HubMessage::Roster { agents: names() });
    assert!(Roster::default().has_names(&[]));
}
