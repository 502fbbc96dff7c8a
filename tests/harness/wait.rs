//! Waits for a state, with a limit.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};

/// The limit of a wait whose length does not matter to the test.
const SOON_LIMIT: Duration = Duration::from_secs(20);

/// The time between two checks. This is the only sleep in the tests.
const CHECK_INTERVAL: Duration = Duration::from_millis(10);

/// Repeats `check` until it succeeds; fails at the limit with `what` and the last error.
pub(crate) async fn eventually<T>(
    limit: Duration,
    what: &str,
    mut check: impl AsyncFnMut() -> Result<T>,
) -> Result<T> {
    let start = Instant::now();
    loop {
        // The limit applies to a check that hangs, too.
        let left = limit.saturating_sub(start.elapsed());
        let last = match tokio::time::timeout(left.max(CHECK_INTERVAL), check()).await {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(error)) => error,
            Err(_) => anyhow!("the last check hung"),
        };
        if start.elapsed() >= limit {
            return Err(last).with_context(|| format!("not within {limit:?}: {what}"));
        }
        tokio::time::sleep(CHECK_INTERVAL).await;
    }
}

/// [`eventually`] with a limit that is reached only if something is broken.
pub(crate) async fn soon<T>(what: &str, check: impl AsyncFnMut() -> Result<T>) -> Result<T> {
    eventually(SOON_LIMIT, what, check).await
}
