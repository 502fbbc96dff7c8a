//! Holds the faults that are injected into an engine.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

/// The faults in force now.
#[derive(Debug, Default)]
pub(crate) struct InjectedFaults {
    /// How many more lists fail; `u32::MAX` means all of them.
    pub(crate) failing_lists: u32,
    /// Delays every answer.
    pub(crate) answer_delay: Duration,
    /// Delays lists after they were made.
    pub(crate) list_delay: Duration,
    pub(crate) reorder_events: bool,
    /// Cancelled to cut all streams that were opened with it.
    pub(crate) stream_cut: CancellationToken,
}

impl InjectedFaults {
    /// True if the current list must fail; counts it.
    pub(crate) fn take_list_failure(&mut self) -> bool {
        let fails = self.failing_lists > 0;
        if fails && self.failing_lists != u32::MAX {
            self.failing_lists -= 1;
        }
        fails
    }

    pub(crate) fn cut_streams(&mut self) {
        std::mem::take(&mut self.stream_cut).cancel();
    }
}
