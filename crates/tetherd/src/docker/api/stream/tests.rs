//! Bodies of event streams in pieces.

use super::*;

/// The events in these pieces of a stream.
#[track_caller]
fn check(pieces: &[&str], expected: &[Event]) {
    let (mut buffer, mut found) = (Vec::new(), Vec::new());
    for piece in pieces {
        buffer.extend_from_slice(piece.as_bytes());
        while let Some(event) = first(&mut buffer).unwrap() {
            found.push(event.event);
        }
    }
    assert_eq!(found, expected);
}

#[test]
fn events_in_any_pieces() {
    let die = r#"{"Action":"die","Actor":{"ID":"a","Attributes":{"name":"x}{"}}}"#;
    let start = r#"{"Action":"start","Actor":{"ID":"a","Attributes":null}}"#;
    let both = [Event::Die("a".into()), Event::Start("a".into())];
    check(&[&format!("{die}\n{start}\n")], &both);
    check(&[&format!("{die}{start}")], &both);
    let all = format!("{die}\n{start}\n");
    let bytes: Vec<String> = all.chars().map(String::from).collect();
    check(&bytes.iter().map(String::as_str).collect::<Vec<_>>(), &both);
}

#[test]
fn what_is_strange_still_says_that_something_happened() {
    let kill = |signal: &str| {
        format!(r#"{{"Action":"kill","Actor":{{"ID":"a","Attributes":{{"signal":{signal}}}}}}}"#)
    };
    check(&[&kill("\"15\"")], &[Event::Kill("a".into(), 15)]);
    check(&[&kill("[]")], &[Event::Other]);
    check(
        &[r#"{"Action":7}{"Actor":[]}3 "#],
        &[Event::Other, Event::Other, Event::Other],
    );
}

#[test]
fn no_event_is_no_stream_of_events() {
    assert!(first(&mut b"<html>".to_vec()).is_err());
    assert!(first(&mut vec![b'['; EVENT_LIMIT + 1]).is_err());
    let mut long = b"\"".to_vec();
    long.resize(EVENT_LIMIT + 2, b'x');
    assert!(first(&mut long).is_err());
}
