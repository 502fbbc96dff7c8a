//! Waits with a limit, so that a test that hangs fails.

use std::future::Future;
use std::time::Duration;

use tokio::time::timeout;

/// How long anything may take before the test has failed.
pub const LIMIT: Duration = Duration::from_secs(20);

/// The value of a future, which must come within the limit.
pub async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    match timeout(LIMIT, future).await {
        Ok(value) => value,
        Err(_) => panic!("waited too long for {what}"),
    }
}
