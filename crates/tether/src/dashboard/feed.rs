//! Computes what each reader has missed.
//!
//! A reader is identified by the number of the last state it got. So new, slow and reconnecting
//! readers are handled alike: each gets everything it has missed in one event.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::watch;

use super::rows::rows;
use super::state::{Change, State};
use crate::hub::Published;

/// The most changes that are kept for readers that are behind.
const CHANGES_KEPT: usize = 64;

/// The most rows in the kept changes. Beyond that the whole state is as cheap.
const ROWS_KEPT: usize = 4096;

/// The state that all readers share.
pub struct Feed {
    published: watch::Receiver<Arc<Published>>,
    make: Box<dyn Fn(&Published) -> State + Send + Sync>,
    /// The state that was made last and its moment. While that is the newest one, all readers share
    /// the state.
    last_made: Mutex<(Weak<Published>, Option<Arc<State>>)>,
    /// A std mutex: it is held for one comparison, never over an await.
    history: Mutex<History>,
}

/// The update for a reader.
#[derive(Debug)]
pub enum Update {
    /// Everything, for readers that are new or too far behind.
    State(Arc<State>),
    /// The changes since the reader's state, which may be empty.
    Change(Box<Change>),
}

#[derive(Debug)]
struct History {
    /// None before the first reader.
    newest: Option<Arc<State>>,
    /// The number of `newest`, starting at 0.
    number: u64,
    /// The last changes, the newest at the back.
    changes: VecDeque<Arc<Change>>,
    rows: usize,
}

impl Feed {
    /// A feed of these moments, with the ports of the entry points if they are set. Rows are made
    /// only on demand: in a large fleet they take longer than the merge, and most of the time no
    /// dashboard is open.
    pub fn new(
        published: watch::Receiver<Arc<Published>>,
        entry_points: Option<BTreeMap<String, u16>>,
    ) -> Self {
        Self::with_rows(published, move |published| {
            rows(published, entry_points.as_ref())
        })
    }

    pub(super) fn with_rows(
        published: watch::Receiver<Arc<Published>>,
        make: impl Fn(&Published) -> State + Send + Sync + 'static,
    ) -> Self {
        let history = History {
            newest: None,
            number: 0,
            changes: VecDeque::new(),
            rows: 0,
        };
        Self {
            published,
            make: Box::new(make),
            last_made: Mutex::default(),
            history: Mutex::new(history),
        }
    }

    /// The newest state. Making it takes a while in a large fleet.
    pub fn newest(&self) -> Arc<State> {
        let mut last_made = self
            .last_made
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // Cloned first: while it is borrowed, the hub cannot publish.
        let published = Arc::clone(&self.published.borrow());
        if let (of, Some(state)) = &*last_made
            && std::ptr::eq(of.as_ptr(), Arc::as_ptr(&published))
        {
            return Arc::clone(state);
        }
        let state = Arc::new((self.make)(&published));
        *last_made = (Arc::downgrade(&published), Some(Arc::clone(&state)));
        state
    }

    /// Receives a notification when there may be a newer state.
    pub fn subscribe(&self) -> watch::Receiver<Arc<Published>> {
        self.published.clone()
    }

    /// The update from the state with the number `seen`, and the number of the newest state.
    pub fn update(&self, seen: Option<u64>) -> (u64, Update) {
        let (number, newest, missed) = {
            // A panic leaves the history consistent, because `extend` changes it at the end only.
            let mut history = self.history.lock().unwrap_or_else(PoisonError::into_inner);
            // Read under the lock, so that no reader adds an older state after a newer one.
            let newest = self.newest();
            history.extend(&newest);
            let missed = seen.and_then(|seen| history.since(seen));
            (history.number, newest, missed)
        };
        let Some(missed) = missed else {
            return (number, Update::State(newest));
        };
        let mut changes = missed.into_iter();
        let mut change = match changes.next() {
            Some(first) => Arc::unwrap_or_clone(first),
            None => newest.diff(&newest),
        };
        for later in changes {
            change.then(&later);
        }
        (number, Update::Change(Box::new(change)))
    }
}

impl History {
    fn extend(&mut self, newest: &Arc<State>) {
        let Some(last) = self.newest.replace(Arc::clone(newest)) else {
            return;
        };
        if Arc::ptr_eq(&last, newest) {
            return;
        }
        let change = last.diff(newest);
        if change.rows() == 0 && last.hub == newest.hub {
            return;
        }
        self.rows += change.rows();
        self.changes.push_back(Arc::new(change));
        while self.changes.len() > CHANGES_KEPT || self.rows > ROWS_KEPT {
            let Some(oldest) = self.changes.pop_front() else {
                break;
            };
            self.rows -= oldest.rows();
        }
        self.number += 1;
    }

    /// The changes after the state with this number; none if they are not kept any more.
    fn since(&self, seen: u64) -> Option<Vec<Arc<Change>>> {
        let missed = usize::try_from(self.number.checked_sub(seen)?).ok()?;
        let first = self.changes.len().checked_sub(missed)?;
        Some(self.changes.range(first..).cloned().collect())
    }
}

#[cfg(test)]
pub(super) mod tests;
