//! Faults in, one line for each new cause out: retries repeat the fault, not the line, and what
//! follows from one fault within moments is one fault.

use std::time::Duration;

use tokio::time::Instant;

/// So long after a line another cause gets none: who restarts is gone, then refuses, then is back.
/// What lasts longer is told.
const ONE_FAULT: Duration = Duration::from_secs(10);

/// The fault that was complained of last, and when.
#[derive(Debug, Default)]
pub(crate) struct FaultLog(Option<(String, Instant)>);

impl FaultLog {
    /// True if this fault is worth a line.
    pub(crate) fn is_new(&mut self, text: &str, now: Instant) -> bool {
        if let Some((last, at)) = &self.0
            && (last == text || now - *at < ONE_FAULT)
        {
            return false;
        }
        self.0 = Some((text.to_owned(), now));
        true
    }

    /// True if there was a fault, which now is over.
    pub(crate) fn settled(&mut self) -> bool {
        self.0.take().is_some()
    }
}

#[cfg(test)]
mod tests;
