//! Decides which errors are worth a log line: retries repeat the error but not the line.

use std::time::Duration;

use tokio::time::Instant;

/// Another error this soon after a logged one gets no line: a restart first breaks the connection,
/// then refuses it. An error that lasts is logged later.
const QUIET_TIME: Duration = Duration::from_secs(10);

/// The error that was logged last, and when.
#[derive(Debug, Default)]
pub(crate) struct FaultLog(Option<(String, Instant)>);

impl FaultLog {
    /// True if this error is worth a line, which is then taken as logged.
    pub(crate) fn is_new(&mut self, error: &str, now: Instant) -> bool {
        if let Some((last, at)) = &self.0
            && (last == error || now - *at < QUIET_TIME)
        {
            return false;
        }
        self.0 = Some((error.to_owned(), now));
        true
    }

    /// Records that all is well. True if there was an error before.
    pub(crate) fn clear(&mut self) -> bool {
        self.0.take().is_some()
    }
}

#[cfg(test)]
mod tests;
