//! Work that takes long in, its result out, without holding up the executor's threads.

use std::sync::mpsc::{Sender, channel};
use std::thread;

use tokio::sync::oneshot;
use tokio::task::spawn_blocking;

/// Work on more bytes goes aside: gzip takes a quarter of a millisecond for so many.
const OFFLOAD_MIN_BYTES: usize = 64 * 1024;

/// Does work where it holds up nobody. Its panic is the caller's.
pub async fn offload<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // At the runtime's end nobody is answered.
            Err(_) => std::future::pending().await,
        },
    }
}

/// Does work on so many bytes here if it is little, else aside.
pub async fn offload_if_large<T: Send + 'static>(
    bytes: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> T {
    match bytes < OFFLOAD_MIN_BYTES {
        true => work(),
        false => offload(work).await,
    }
}

/// One thread that does one piece of work after the other; it ends when this is dropped.
///
/// For work that takes much memory for a moment: the allocator keeps for each thread what it has
/// given back, and the executor has many threads, of which any may be next.
#[derive(Debug)]
pub struct Worker {
    work: Sender<Box<dyn FnOnce() + Send>>,
}

impl Worker {
    /// A thread of this name. If the system has none left, no work is done.
    pub fn new(name: &str) -> Self {
        let (sender, work) = channel::<Box<dyn FnOnce() + Send>>();
        let thread = thread::Builder::new().name(name.to_owned());
        if let Err(error) = thread.spawn(move || work.into_iter().for_each(|work| work())) {
            tracing::error!(%error, "cannot start the thread `{name}`");
        }
        Self { work: sender }
    }

    /// Does work there; none if that panicked, and for all that comes after.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let (sender, result) = oneshot::channel();
        // Nobody may wait for the result any more.
        let work = move || drop(sender.send(work()));
        self.work.send(Box::new(work)).ok()?;
        result.await.ok()
    }
}

#[cfg(test)]
mod tests;
