//! A subscription to events in, the body of one `/events` answer out.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use futures_util::stream;
use hyper::body::Bytes;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::engine::Engine;
use crate::events::Event;
use crate::filters::Filters;
use crate::muddle::{HELD, Muddle};
use crate::time::unix_nanos;

/// What "for ever" is for a timer.
const FAR: Duration = Duration::from_secs(10 * 365 * 86_400);

/// One open event stream; it counts as open until it is dropped.
struct EventStream {
    engine: Engine,
    filters: Filters,
    /// What is to be said next.
    ready: VecDeque<Arc<Event>>,
    coming: broadcast::Receiver<Arc<Event>>,
    until: Option<u64>,
    ends: Instant,
    cut: CancellationToken,
    muddle: Muddle,
    /// When what is held back must go.
    release: Instant,
}

/// The events from `since` (without it from now) to `until` (without it for ever), one a line.
pub(crate) fn body(
    engine: &Engine,
    filters: Filters,
    since: Option<u64>,
    until: Option<u64>,
) -> Body {
    let cut = engine.faults().orders().cut.clone();
    let (ready, coming) = engine.state().events.subscribe(since);
    let now = unix_nanos(std::time::SystemTime::now());
    let left = until.map_or(FAR, |until| {
        Duration::from_nanos(until.saturating_sub(now)).min(FAR)
    });
    let ends = Instant::now() + left;
    let engine = engine.clone();
    engine.faults().count(|seen| seen.streams += 1);
    let events = EventStream {
        engine,
        filters,
        ready,
        coming,
        until,
        ends,
        cut,
        muddle: Muddle::new(now),
        release: ends,
    };
    Body::from_stream(stream::unfold(events, EventStream::next))
}

impl EventStream {
    async fn next(mut self) -> Option<(io::Result<Bytes>, Self)> {
        loop {
            let event = match self.ready.pop_front() {
                Some(event) => event,
                None => tokio::select! {
                    biased;
                    () = self.cut.cancelled() => {
                        // An error makes hyper drop the connection in mid-air.
                        return Some((Err(io::ErrorKind::ConnectionAborted.into()), self));
                    }
                    event = self.coming.recv() => match event {
                        Ok(event) if self.engine.faults().orders().muddle => {
                            self.muddle.take(event, &mut self.ready);
                            self.release = Instant::now() + HELD;
                            continue;
                        }
                        Ok(event) => event,
                        // As in a real engine, a slow client loses events unawares.
                        Err(RecvError::Lagged(_)) => continue,
                        Err(RecvError::Closed) => return None,
                    },
                    () = tokio::time::sleep_until(self.release), if !self.muddle.is_empty() => {
                        self.muddle.release(&mut self.ready);
                        continue;
                    }
                    () = tokio::time::sleep_until(self.ends) => return None,
                },
            };
            let in_time = self.until.is_none_or(|until| event.at <= until);
            if in_time && event.passes(&self.filters) {
                let line = Bytes::from(format!("{}\n", event.to_json()));
                return Some((Ok(line), self));
            }
        }
    }
}

impl Drop for EventStream {
    fn drop(&mut self) {
        self.engine.faults().count(|seen| seen.streams -= 1);
    }
}
