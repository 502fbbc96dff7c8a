use super::*;

#[test]
fn an_unknown_message_is_no_error() {
    let text = r#"{"type":"news","of":"tomorrow"}"#;
    assert_eq!(
        serde_json::from_str::<AgentMessage>(text).unwrap(),
        AgentMessage::Unknown
    );
    assert_eq!(
        serde_json::from_str::<HubMessage>(text).unwrap(),
        HubMessage::Unknown
    );
}

#[test]
fn routes_lie_flat_beside_their_number() {
    let text = r#"{"type":"routes","seq":7,"engines":[],"later":true}"#;
    let AgentMessage::Routes(routes) = serde_json::from_str(text).unwrap() else {
        panic!("not routes");
    };
    assert_eq!(
        routes,
        Routes {
            seq: 7,
            routes: RouteSet::default()
        }
    );
}

#[test]
fn no_roster_differs_from_an_empty_one() {
    let hello = |roster: &str| -> Hello {
        let text = format!(r#"{{"agent":"a","instance":"i","version":"1","roster":{roster}}}"#);
        serde_json::from_str(&text).unwrap()
    };
    assert_eq!(hello("null").roster, None);
    assert_eq!(hello("[]").roster, Some(Vec::new()));
}
