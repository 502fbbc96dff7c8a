//! The hub's states in, one after the other; out for each reader what it has not got yet.
//!
//! Every reader is told apart by the number of the last state it got, so a slow reader, one
//! that comes back and one that is new are the same case: what they lack, in one event.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use crate::picture::Picture;
use crate::view::{Change, State};

/// How many changes are kept for readers that are behind.
const CHANGES_KEPT: usize = 64;

/// How many rows the kept changes may have together: beyond, the whole state is as cheap.
const ROWS_KEPT: usize = 4096;

/// What all readers share.
#[derive(Debug)]
pub struct Feed {
    pictures: watch::Receiver<Arc<Picture>>,
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
    /// A feed of these moments. It looks at them only when a reader asks.
    pub fn new(pictures: watch::Receiver<Arc<Picture>>) -> Self {
        let history = History {
            newest: None,
            number: 0,
            changes: VecDeque::new(),
            rows: 0,
        };
        Self {
            pictures,
            history: Mutex::new(history),
        }
    }

    /// The newest state. In a large fleet it takes a while to make.
    pub fn newest(&self) -> Arc<State> {
        // Not made while it is borrowed: nobody could tell of a newer one.
        let newest = Arc::clone(&self.pictures.borrow());
        Arc::clone(newest.state())
    }

    /// Tells when there may be a newer state.
    pub fn subscribe(&self) -> watch::Receiver<Arc<Picture>> {
        self.pictures.clone()
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
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::diff::tests::state;

    /// A feed whose state with number n has the rows 0 to n.
    fn feed() -> (Feed, impl FnMut()) {
        let mut rows = BTreeMap::from([(0, 0)]);
        let (sender, pictures) = watch::channel(Arc::new(Picture::from(state(0, &rows))));
        let mut next = 0;
        let advance = move || {
            next += 1;
            rows.insert(next, 0);
            sender.send_replace(Arc::new(state(next.into(), &rows).into()));
        };
        let feed = Feed::new(pictures);
        feed.news(None);
        (feed, advance)
    }

    fn ids(news: News) -> Option<Vec<String>> {
        match news {
            News::State(_) => None,
            News::Change(change) => Some(change.routes.into_iter().map(|row| row.id).collect()),
        }
    }

    #[test]
    fn a_new_reader_gets_all_and_then_what_is_new() {
        let (feed, mut advance) = feed();
        let (seen, news) = feed.news(None);
        assert!(matches!(news, News::State(state) if state.routes.len() == 1));
        advance();
        let (seen, news) = feed.news(Some(seen));
        assert_eq!(ids(news), Some(vec!["default/001".to_owned()]));
        let (again, news) = feed.news(Some(seen));
        assert_eq!((again, ids(news)), (seen, Some(Vec::new())));
    }

    #[test]
    fn a_slow_reader_gets_all_it_missed_at_once() {
        let (feed, mut advance) = feed();
        let (slow, _) = feed.news(None);
        for _ in 0..3 {
            advance();
            // Another reader is quick, so the feed sees each state.
            feed.news(None);
        }
        let (number, news) = feed.news(Some(slow));
        assert_eq!(number, 3);
        assert_eq!(
            ids(news).unwrap(),
            ["default/001", "default/002", "default/003"]
        );
    }

    #[test]
    fn who_is_too_far_behind_or_ahead_gets_all() {
        let (feed, mut advance) = feed();
        for _ in 0..=CHANGES_KEPT {
            advance();
            feed.news(None);
        }
        assert!(matches!(feed.news(Some(0)).1, News::State(_)));
        assert!(matches!(feed.news(Some(1)).1, News::Change(_)));
        assert!(matches!(feed.news(Some(1000)).1, News::State(_)));
    }

    #[test]
    fn large_changes_are_not_kept() {
        let few = BTreeMap::from([(0, 0)]);
        let (sender, pictures) = watch::channel(Arc::new(Picture::from(state(0, &few))));
        let feed = Feed::new(pictures);
        feed.news(None);
        let mut big = state(1, &few);
        let row = big.routes[0].clone();
        big.routes = (0..=ROWS_KEPT)
            .map(|id| crate::view::RouteView {
                id: format!("{id:09}"),
                ..row.clone()
            })
            .collect();
        sender.send_replace(Arc::new(big.into()));
        let (number, news) = feed.news(Some(0));
        assert!(matches!(news, News::State(_)));
        sender.send_replace(Arc::new(state(2, &few).into()));
        feed.news(Some(number));
        assert_eq!(feed.history.lock().unwrap().rows, 0);
    }
}
