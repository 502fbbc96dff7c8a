//! A state to wait for in, its value out, or an error that names the state.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};

/// The limit of a wait whose length is not what the test is about.
const SOON: Duration = Duration::from_secs(20);

/// How often a state is looked at. This is the only sleep in the tests.
const LOOK: Duration = Duration::from_millis(10);

/// Waits until `look` gives a value; an error counts as "not yet" and is shown at the limit.
pub(crate) async fn eventually<T>(
    limit: Duration,
    what: &str,
    mut look: impl AsyncFnMut() -> Result<T>,
) -> Result<T> {
    let start = Instant::now();
    loop {
        // The limit holds for a look that hangs, too.
        let left = limit.saturating_sub(start.elapsed());
        let last = match tokio::time::timeout(left.max(LOOK), look()).await {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(error)) => error,
            Err(_) => anyhow!("the last look hung"),
        };
        if start.elapsed() >= limit {
            return Err(last).with_context(|| format!("within {limit:?} not seen: {what}"));
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// [`eventually`] with a limit that only a fault reaches.
pub(crate) async fn soon<T>(what: &str, look: impl AsyncFnMut() -> Result<T>) -> Result<T> {
    eventually(SOON, what, look).await
}
