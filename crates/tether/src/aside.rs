//! Work that takes long in, its result out, without holding up the executor's threads.

use tokio::task::spawn_blocking;

/// Work on more bytes goes aside: gzip takes a quarter of a millisecond for so many.
const FROM: usize = 64 * 1024;

/// Does work where it holds up nobody. Its panic is the caller's.
pub async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
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
pub async fn aside_if_large<T: Send + 'static>(
    bytes: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> T {
    match bytes < FROM {
        true => work(),
        false => aside(work).await,
    }
}
