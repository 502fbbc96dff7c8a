//! What the tests of this crate share: a simulated engine on a socket, waiting for a state, and
//! a clock that only the test moves.

pub mod canned;
pub mod proxy;

use std::time::Duration;

use docker_sim::Engine;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

/// A state that has not come by then does not come.
const LIMIT: Duration = Duration::from_secs(20);

/// A simulated engine on a socket of its own.
pub struct Docker {
    pub engine: Engine,
    pub endpoint: String,
    _folder: tempfile::TempDir,
    _served: DropGuard,
}

/// A simulated engine that serves.
pub fn docker(name: &str) -> Docker {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("docker.sock");
    let shutdown = CancellationToken::new();
    let engine = Engine::new(name);
    engine.serve_unix(&path, shutdown.clone()).unwrap();
    Docker {
        engine,
        endpoint: format!("unix://{}", path.display()),
        _folder: folder,
        _served: shutdown.drop_guard(),
    }
}

/// The watch of this endpoint, and its words.
#[allow(dead_code)]
pub fn watched(
    endpoint: &str,
) -> (
    watch::Receiver<tetherd::docker::Engine>,
    JoinHandle<()>,
    CancellationToken,
) {
    let (sender, receiver) = watch::channel(tetherd::docker::Engine::default());
    let shutdown = CancellationToken::new();
    let (endpoint, stop) = (endpoint.parse().unwrap(), shutdown.clone());
    let task = tokio::spawn(async move {
        let publish = |engine: &tetherd::docker::Engine| drop(sender.send_replace(engine.clone()));
        tetherd::docker::watch(&endpoint, publish, stop).await;
    });
    (receiver, task, shutdown)
}

/// Waits until the newest value is as wanted, and gives it.
#[allow(dead_code)]
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

/// What a future brings, if it does in time. Real time: a paused clock does not count.
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

/// A clock that stands still until the test moves it. tokio would move a paused one by itself
/// whenever nothing is to do, but not while a blocking task runs. It runs on when dropped.
#[allow(dead_code)]
pub struct Clock(std::sync::mpsc::Sender<()>);

#[allow(dead_code)]
impl Clock {
    pub fn stop() -> Self {
        let (release, held) = std::sync::mpsc::channel::<()>();
        tokio::task::spawn_blocking(move || held.recv());
        tokio::time::pause();
        Self(release)
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
