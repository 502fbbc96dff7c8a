//! What the engine is told to do wrong, and what its clients were seen doing.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// What the engine has seen of its clients, for tests that wait for a state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// Lists answered with 200.
    pub lists: u64,
    /// Lists refused because of [`crate::Engine::fail_lists`].
    pub failed_lists: u64,
    /// Inspects answered with 200.
    pub inspects: u64,
    /// Event streams open now.
    pub streams: usize,
}

/// The faults now in force and the counters.
#[derive(Debug)]
pub(crate) struct Faults {
    // A plain mutex: nothing awaits under it.
    orders: Mutex<Orders>,
    observed: watch::Sender<Observed>,
}

#[derive(Debug, Default)]
pub(crate) struct Orders {
    pub(crate) fail_lists: u32,
    pub(crate) delay: Duration,
    pub(crate) late: Duration,
    pub(crate) muddle: bool,
    /// Ends every stream that was opened under it.
    pub(crate) cut: CancellationToken,
}

impl Faults {
    pub(crate) fn new() -> Self {
        Self {
            orders: Mutex::default(),
            observed: watch::Sender::new(Observed::default()),
        }
    }

    pub(crate) fn orders(&self) -> MutexGuard<'_, Orders> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this list is one of those that must fail.
    pub(crate) fn take_list_failure(&self) -> bool {
        let mut orders = self.orders();
        let fails = orders.fail_lists > 0;
        if fails && orders.fail_lists != u32::MAX {
            orders.fail_lists -= 1;
        }
        fails
    }

    pub(crate) fn cut_streams(&self) {
        let mut orders = self.orders();
        std::mem::take(&mut orders.cut).cancel();
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Observed> {
        self.observed.subscribe()
    }

    pub(crate) fn count(&self, change: impl FnOnce(&mut Observed)) {
        self.observed.send_modify(change);
    }
}
