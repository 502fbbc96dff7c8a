//! A clock that only the test moves.

use std::time::Duration;

/// A clock that stands still until the test moves it. tokio would move a paused one by itself
/// whenever nothing is to do, but not while a blocking task runs. It runs on when dropped.
pub struct Clock {
    // Ends the blocking task.
    _release: std::sync::mpsc::Sender<()>,
}

impl Clock {
    pub fn stop() -> Self {
        let (release, held) = std::sync::mpsc::channel::<()>();
        tokio::task::spawn_blocking(move || held.recv());
        tokio::time::pause();
        Self { _release: release }
    }

    /// Moves the clock on, in steps that leave the sockets time to answer.
    pub async fn run(&self, time: Duration) {
        const STEP: Duration = Duration::from_millis(100);
        for _ in 0..time.as_millis() / STEP.as_millis() {
            tokio::time::advance(STEP).await;
            // Another thread's answer comes through the driver that hears the sockets too.
            for _ in 0..4 {
                tokio::task::spawn_blocking(|| ()).await.unwrap();
            }
        }
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        tokio::time::resume();
    }
}
