use std::collections::BTreeMap;

use super::*;
use crate::dashboard::diff::tests::state;
use crate::dashboard::state::RouteView;
use crate::publish::Snapshot;

/// A moment whose snapshot has this number.
pub(in crate::dashboard) fn moment(version: u64) -> Arc<Published> {
    let snapshot = Snapshot {
        version,
        ..Snapshot::default()
    };
    Arc::new(Published {
        snapshot: Arc::new(snapshot),
        ..Published::default()
    })
}

/// A feed whose state with number n has the rows 0 to n.
fn feed() -> (Feed, impl FnMut()) {
    let (sender, published) = watch::channel(moment(0));
    let mut next = 0;
    let advance = move || {
        next += 1;
        sender.send_replace(moment(next));
    };
    let feed = Feed::with_rows(published, |published| {
        let last = u8::try_from(published.snapshot.version).unwrap();
        state(last.into(), &(0..=last).map(|id| (id, 0)).collect())
    });
    feed.update(None);
    (feed, advance)
}

fn ids(update: Update) -> Option<Vec<String>> {
    match update {
        Update::State(_) => None,
        Update::Change(change) => Some(change.routes.into_iter().map(|row| row.id).collect()),
    }
}

#[test]
fn a_new_reader_gets_all_and_then_what_is_new() {
    let (feed, mut advance) = feed();
    let (seen, update) = feed.update(None);
    assert!(matches!(update, Update::State(state) if state.routes.len() == 1));
    assert!(
        Arc::ptr_eq(&feed.newest(), &feed.newest()),
        "it is made once"
    );
    advance();
    let (seen, update) = feed.update(Some(seen));
    assert_eq!(ids(update), Some(vec!["default/001".to_owned()]));
    let (again, update) = feed.update(Some(seen));
    assert_eq!((again, ids(update)), (seen, Some(Vec::new())));
}

#[test]
fn a_slow_reader_gets_all_it_missed_at_once() {
    let (feed, mut advance) = feed();
    let (slow, _) = feed.update(None);
    for _ in 0..3 {
        advance();
        // Another reader is fast, so the feed sees each state.
        feed.update(None);
    }
    let (number, update) = feed.update(Some(slow));
    assert_eq!(number, 3);
    assert_eq!(
        ids(update).unwrap(),
        ["default/001", "default/002", "default/003"]
    );
}

#[test]
fn who_is_too_far_behind_or_ahead_gets_all() {
    let (feed, mut advance) = feed();
    for _ in 0..=CHANGES_KEPT {
        advance();
        feed.update(None);
    }
    assert!(matches!(feed.update(Some(0)).1, Update::State(_)));
    assert!(matches!(feed.update(Some(1)).1, Update::Change(_)));
    assert!(matches!(feed.update(Some(1000)).1, Update::State(_)));
}

#[test]
fn large_changes_are_not_kept() {
    let few = BTreeMap::from([(0, 0)]);
    let (sender, published) = watch::channel(moment(0));
    let feed = Feed::with_rows(published, move |published| {
        let mut state = state(published.snapshot.version, &few);
        if published.snapshot.version == 1 {
            let row = state.routes[0].clone();
            let many = (0..=ROWS_KEPT).map(|id| RouteView {
                id: format!("{id:09}"),
                ..row.clone()
            });
            state.routes = many.collect();
        }
        state
    });
    feed.update(None);
    sender.send_replace(moment(1));
    let (number, update) = feed.update(Some(0));
    assert!(matches!(update, Update::State(_)));
    sender.send_replace(moment(2));
    feed.update(Some(number));
    assert_eq!(feed.history.lock().unwrap().rows, 0);
}
