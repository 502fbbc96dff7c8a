//! Streams events as the body of an answer to `/events`.

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

use crate::events::Event;
use crate::filters::Filters;
use crate::reorder::{REORDER_HOLD_TIME, ReorderBuffer};
use crate::shared::Shared;
use crate::time::unix_nanos;

/// The end of a stream without `until`: far enough away, and safe to add to an `Instant`.
const MAX_STREAM_TIME: Duration = Duration::from_secs(10 * 365 * 86_400);

/// One open event stream; it counts as open until it is dropped.
struct EventStream {
    shared: Arc<Shared>,
    filters: Filters,
    /// The events to send next.
    ready: VecDeque<Arc<Event>>,
    incoming: broadcast::Receiver<Arc<Event>>,
    until: Option<u64>,
    ends: Instant,
    cut: CancellationToken,
    reordering: ReorderBuffer,
    /// When held events must be sent.
    release: Instant,
}

/// The events from `since` (default: now) to `until` (default: no end), one a line.
pub(crate) fn body(
    shared: &Arc<Shared>,
    filters: Filters,
    since: Option<u64>,
    until: Option<u64>,
) -> Body {
    let cut = shared.faults().stream_cut.clone();
    let (ready, incoming) = shared.state().events.subscribe(since);
    let now = unix_nanos(std::time::SystemTime::now());
    let left = until.map_or(MAX_STREAM_TIME, |until| {
        Duration::from_nanos(until.saturating_sub(now)).min(MAX_STREAM_TIME)
    });
    let ends = Instant::now() + left;
    shared.count(|seen| seen.streams += 1);
    let events = EventStream {
        shared: shared.clone(),
        filters,
        ready,
        incoming,
        until,
        ends,
        cut,
        reordering: ReorderBuffer::new(now),
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
                        // An error makes hyper drop the connection without the last chunk.
                        return Some((Err(io::ErrorKind::ConnectionAborted.into()), self));
                    }
                    event = self.incoming.recv() => match event {
                        Ok(event) if self.shared.faults().reorder_events => {
                            self.reordering.push(event, &mut self.ready);
                            self.release = Instant::now() + REORDER_HOLD_TIME;
                            continue;
                        }
                        Ok(event) => event,
                        // As in a real engine, a slow client loses events without notice.
                        Err(RecvError::Lagged(_)) => continue,
                        Err(RecvError::Closed) => return None,
                    },
                    () = tokio::time::sleep_until(self.release), if !self.reordering.is_empty() => {
                        self.reordering.release(&mut self.ready);
                        continue;
                    }
                    () = tokio::time::sleep_until(self.ends) => return None,
                },
            };
            let in_time = self.until.is_none_or(|until| event.at_nanos <= until);
            if in_time && event.passes(&self.filters) {
                let line = Bytes::from(format!("{}\n", event.to_json()));
                return Some((Ok(line), self));
            }
        }
    }
}

impl Drop for EventStream {
    fn drop(&mut self) {
        self.shared.count(|seen| seen.streams -= 1);
    }
}
