//! Runs heavy work without blocking the executor's threads.

use std::sync::mpsc::{Sender, channel};
use std::thread;

use tokio::sync::oneshot;
use tokio::task::spawn_blocking;

/// Work on fewer bytes runs in place: gzip takes a quarter of a millisecond for this many.
const OFFLOAD_MIN_BYTES: usize = 64 * 1024;

/// Runs work on the pool for blocking work. A panic in it reaches the caller.
pub async fn offload<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime is shutting down: there is no caller left to answer.
            Err(_) => std::future::pending().await,
        },
    }
}

/// Runs work on this many bytes in place if they are few, else on the pool.
pub async fn offload_if_large<T: Send + 'static>(
    bytes: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> T {
    if bytes < OFFLOAD_MIN_BYTES {
        work()
    } else {
        offload(work).await
    }
}

/// A thread that runs one piece of work after the other. It ends when this is dropped.
///
/// For work that needs much memory for a moment: the allocator keeps what each thread has freed,
/// and the executor would use any of its many threads.
#[derive(Debug)]
pub struct Worker {
    work: Sender<Box<dyn FnOnce() + Send>>,
}

impl Worker {
    /// Starts a thread of this name. If the system has none left, no work is done.
    pub fn new(name: &str) -> Self {
        let (sender, work) = channel::<Box<dyn FnOnce() + Send>>();
        let thread = thread::Builder::new().name(name.to_owned());
        if let Err(error) = thread.spawn(move || work.into_iter().for_each(|work| work())) {
            tracing::error!(%error, "cannot start the thread `{name}`");
        }
        Self { work: sender }
    }

    /// Runs work on the thread. Returns none if this work or earlier work has panicked.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let (sender, result) = oneshot::channel();
        // The caller may have stopped waiting for the result.
        let work = move || drop(sender.send(work()));
        self.work.send(Box::new(work)).ok()?;
        result.await.ok()
    }
}

#[cfg(test)]
mod tests;
