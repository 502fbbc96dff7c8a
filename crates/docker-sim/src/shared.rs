//! Shares one engine's state, faults and counters between its handles, its server and its
//! streams.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::faults::InjectedFaults;
use crate::state::State;

/// Counts requests and streams, for tests that wait for a client to do something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// Lists answered with 200.
    pub lists: u64,
    /// Lists that failed because of `Engine::fail_lists`.
    pub failed_lists: u64,
    /// Inspects answered with 200.
    pub inspects: u64,
    /// Event streams that are open now.
    pub streams: usize,
}

/// Everything behind an engine's handles.
pub(crate) struct Shared {
    // Plain mutexes: the sections are short and contain no await.
    state: Mutex<State>,
    faults: Mutex<InjectedFaults>,
    observed: watch::Sender<Observed>,
}

impl Shared {
    pub(crate) fn new(name: String) -> Self {
        Self {
            state: Mutex::new(State::new(name)),
            faults: Mutex::default(),
            observed: watch::Sender::default(),
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, InjectedFaults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn observe(&self) -> watch::Receiver<Observed> {
        self.observed.subscribe()
    }

    pub(crate) fn count(&self, change: impl FnOnce(&mut Observed)) {
        self.observed.send_modify(change);
    }
}
