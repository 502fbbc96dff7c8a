//! Waits for states with a limit in real time, whatever the clock of the test does.

use std::time::Duration;

use tokio::sync::watch;

/// A state that has not come by then does not come.
const LIMIT: Duration = Duration::from_secs(20);

/// Waits until the newest value is as wanted, and gives it.
#[track_caller]
pub fn until<T: Clone + std::fmt::Debug>(
    receiver: &mut watch::Receiver<T>,
    wanted: impl FnMut(&T) -> bool,
) -> impl Future<Output = T> {
    let place = std::panic::Location::caller();
    async move {
        // Cloned at once: whoever holds the value itself stops its writer.
        let found = async { receiver.wait_for(wanted).await.unwrap().clone() };
        let found = within(found).await;
        found.unwrap_or_else(|| panic!("{place}: still {:?}", *receiver.borrow()))
    }
}

/// The result of a future, if it ends in time. Real time: a paused clock does not count.
pub async fn within<T>(future: impl Future<Output = T>) -> Option<T> {
    let (late, alarm) = tokio::sync::oneshot::channel::<()>();
    let (done, waits) = std::sync::mpsc::channel::<()>();
    let watchdog = tokio::task::spawn_blocking(move || {
        if waits.recv_timeout(LIMIT) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
            let _ = late.send(());
        }
    });
    let found = tokio::select! {
        found = future => Some(found),
        Ok(()) = alarm => None,
    };
    drop(done);
    watchdog.await.unwrap();
    found
}
