//! The hub's states in, one after the other; out for each reader what it has not got yet.
//!
//! Every reader is told apart by the number of the last state it got, so a slow reader, one
//! that comes back and one that is new are the same case: what they lack, in one event.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::watch;

use super::rows::rows;
use super::state::{Change, State};
use crate::publish::Published;

/// How many changes are kept for readers that are behind.
const CHANGES_KEPT: usize = 64;

/// How many rows the kept changes may have together: beyond, the whole state is as cheap.
const ROWS_KEPT: usize = 4096;

/// What all readers share.
pub struct Feed {
    published: watch::Receiver<Arc<Published>>,
    make: Box<dyn Fn(&Published) -> State + Send + Sync>,
    /// The state that was made last, and the moment that it shows: for as long as that is the
    /// newest one, all readers share it.
    made: Mutex<(Weak<Published>, Option<Arc<State>>)>,
    /// A std mutex: it is held for one comparison, never over an await.
    history: Mutex<History>,
}

/// What a reader lacks.
#[derive(Debug)]
pub enum News {
    /// All: the reader is new, or too far behind.
    State(Arc<State>),
    /// The difference from the state that the reader has; it may be empty.
    Change(Change),
}

#[derive(Debug)]
struct History {
    /// None before anybody looked.
    newest: Option<Arc<State>>,
    /// The number of `newest`. The first state of this process is 0.
    number: u64,
    /// The last changes, the one that led to `newest` at the back.
    changes: VecDeque<Arc<Change>>,
    rows: usize,
}

impl Feed {
    /// A feed of these moments. It makes rows only when a reader asks: in a large fleet they take
    /// longer than the merge, and most of the time nobody looks.
    pub fn new(
        published: watch::Receiver<Arc<Published>>,
        entry_points: BTreeMap<String, u16>,
    ) -> Self {
        Self::with_rows(published, move |published| rows(published, &entry_points))
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
            made: Mutex::default(),
            history: Mutex::new(history),
        }
    }

    /// The newest state. In a large fleet it takes a while to make.
    pub fn newest(&self) -> Arc<State> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        // Not made while it is borrowed: the hub could not publish a newer one.
        let published = Arc::clone(&self.published.borrow());
        if let (of, Some(state)) = &*made
            && std::ptr::eq(of.as_ptr(), Arc::as_ptr(&published))
        {
            return Arc::clone(state);
        }
        let state = Arc::new((self.make)(&published));
        *made = (Arc::downgrade(&published), Some(Arc::clone(&state)));
        state
    }

    /// Tells when there may be a newer state.
    pub fn subscribe(&self) -> watch::Receiver<Arc<Published>> {
        self.published.clone()
    }

    /// What leads from the state with the number `seen` to the newest, and the newest's number.
    pub fn news(&self, seen: Option<u64>) -> (u64, News) {
        let (number, newest, missed) = {
            // A history that a panic left behind is whole: `extend` changes it at its end only.
            let mut history = self.history.lock().unwrap_or_else(PoisonError::into_inner);
            // Looked at under the lock, so that no reader writes an older state after a newer.
            let newest = self.newest();
            history.extend(&newest);
            let missed = seen.and_then(|seen| history.since(seen));
            (history.number, newest, missed)
        };
        let Some(missed) = missed else {
            return (number, News::State(newest));
        };
        let mut missed = missed.into_iter();
        let mut change = match missed.next() {
            Some(first) => Arc::unwrap_or_clone(first),
            None => newest.diff(&newest),
        };
        for later in missed {
            change.then(&later);
        }
        (number, News::Change(change))
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
