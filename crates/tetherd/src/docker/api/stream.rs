//! Splits the body of `GET /events` into events.

use futures_util::Stream;
use futures_util::stream::unfold;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde::de::IgnoredAny;
use serde_json::{Deserializer, Value};

use super::answer::Message;
use super::error::ApiError;
use super::event::{Event, TimedEvent, signal};

/// The longest event: a container's labels are part of it.
const EVENT_LIMIT: usize = 1024 * 1024;

/// The events of a body, to its end or its first fault.
pub(crate) fn events(body: Incoming) -> impl Stream<Item = Result<TimedEvent, ApiError>> {
    unfold(Some((body, Vec::new())), async |state| {
        let (mut body, mut buffer) = state?;
        loop {
            match first(&mut buffer) {
                Ok(Some(event)) => return Some((Ok(event), Some((body, buffer)))),
                Ok(None) => {}
                Err(fault) => return Some((Err(fault), None)),
            }
            match body.frame().await? {
                Ok(frame) => buffer.extend_from_slice(frame.data_ref().map_or(&[], |data| data)),
                Err(error) => return Some((Err(error.into()), None)),
            }
        }
    })
}

/// Takes the first event off what was received, if it is all there.
fn first(buffer: &mut Vec<u8>) -> Result<Option<TimedEvent>, ApiError> {
    let mut values = Deserializer::from_slice(buffer).into_iter::<IgnoredAny>();
    match values.next() {
        Some(Ok(_)) => {}
        Some(Err(error)) if !error.is_eof() => return Err(ApiError::Strange(error.to_string())),
        _ if buffer.len() > EVENT_LIMIT => {
            let text = format!("an event has more than {EVENT_LIMIT} bytes");
            return Err(ApiError::Strange(text));
        }
        _ => return Ok(None),
    }
    let end = values.byte_offset();
    // Whatever else it says, it says that something happened.
    let message = serde_json::from_slice(buffer.get(..end).unwrap_or_default());
    buffer.drain(..end);
    let message: Message = message.unwrap_or_default();
    Ok(Some(TimedEvent {
        at: message.time_nano.as_i64(),
        event: event(message),
    }))
}

fn event(message: Message) -> Event {
    let Some((id, attributes)) = message
        .actor
        .and_then(|actor| Some((actor.id?, actor.attributes)))
    else {
        return Event::Other;
    };
    match message.action.as_deref() {
        Some("kill") => {
            let sent = attributes.as_ref().and_then(|all| all.get("signal"));
            let sent = sent.and_then(Value::as_str).and_then(signal);
            sent.map_or(Event::Other, |number| Event::Kill(id, number))
        }
        Some("die") => Event::Die(id),
        Some("start") => Event::Start(id),
        _ => Event::Other,
    }
}

#[cfg(test)]
mod tests;
