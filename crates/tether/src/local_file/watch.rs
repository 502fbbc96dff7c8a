//! Watches the local file.
//!
//! Polls once a second and reads everything. File notifications would be faster, but they have
//! limits that other programs may use up, do not work on network file systems and bind mounts, and
//! refer to the old inode after a rename or a change of links. Reading one file of 50 KiB takes
//! less than 0.3 ms of one core, a hundred of 14 KiB some 2 ms, unoptimized.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use tokio::sync::watch as state;
use traefik_config::{Code, Problem, Severity, TraefikVersion};

use super::content::LocalFile;
use super::keeper::Keeper;
use super::path::LocalFilePath;
use super::read::{Reading, Unreadable, read};
use super::templates::Templates;

/// The time between two readings.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// A change counts if the next reading after this delay is the same: nobody is writing any more.
const SETTLE_DELAY: Duration = Duration::from_millis(100);

/// A file that changes all the time counts after this time.
const SETTLE_LIMIT: Duration = Duration::from_secs(5);

/// The longest wait for the first reading at the start: a network disk may not respond.
const FIRST_READ_LIMIT: Duration = Duration::from_secs(5);

/// The content of the local file, now and later. Polling stops when this is dropped.
#[derive(Debug)]
pub struct Watch {
    states: state::Receiver<Option<Arc<LocalFile>>>,
    now: Arc<LocalFile>,
    _stop: Sender<()>,
}

/// Starts watching a path, on its own thread: a disk that does not respond must not delay the end
/// of the program.
pub fn watch(location: LocalFilePath, templates: Templates, version: TraefikVersion) -> Watch {
    let (stop, stopped) = channel();
    let (sender, states) = state::channel(None);
    let thread = std::thread::Builder::new().name("local-file".to_owned());
    let mut now = LocalFile::default();
    let poller = Poller {
        keeper: Keeper::new(location.clone(), templates, version),
        location,
        sender,
        stopped,
        logged: Vec::new(),
    };
    if let Err(error) = thread.spawn(move || poller.run()) {
        now.problems.push(Problem::error(
            Code::LocalFile,
            format!("cannot start the thread that reads the local file: {error}"),
        ));
    }
    Watch {
        states,
        now: Arc::new(now),
        _stop: stop,
    }
}

impl Watch {
    /// Waits for the first reading, within the limit.
    pub async fn first(&mut self) {
        if !self.now.problems.is_empty() {
            return;
        }
        if tokio::time::timeout(FIRST_READ_LIMIT, self.changed())
            .await
            .is_err()
        {
            let problem = Problem::error(
                Code::LocalFile,
                "the disk of the local file does not respond: its routes are missing until it does",
            );
            tracing::error!("{}", problem.message);
            self.now = Arc::new(LocalFile {
                problems: vec![problem],
                ..LocalFile::default()
            });
        }
    }

    /// Waits for a change.
    pub async fn changed(&mut self) {
        if self.states.changed().await.is_err() {
            // The thread has ended, so there will be no change.
            std::future::pending::<()>().await;
        }
        if let Some(now) = &*self.states.borrow_and_update() {
            self.now = Arc::clone(now);
        }
    }

    /// The current content.
    pub fn now(&self) -> Arc<LocalFile> {
        Arc::clone(&self.now)
    }
}

struct Poller {
    location: LocalFilePath,
    keeper: Keeper,
    sender: state::Sender<Option<Arc<LocalFile>>>,
    stopped: Receiver<()>,
    /// The problems that have been logged.
    logged: Vec<Problem>,
}

impl Poller {
    fn run(mut self) {
        loop {
            let reading = read(&self.location.path);
            if !self.keeper.knows(&reading) {
                let Some(reading) = self.settled(reading) else {
                    return;
                };
                if !self.keeper.knows(&reading) {
                    let local = self.keeper.take(reading);
                    self.log(&local);
                    self.sender.send_replace(Some(Arc::new(local)));
                }
            }
            if self.is_stopped_within(POLL_INTERVAL) {
                return;
            }
        }
    }

    /// Reads until nobody writes any more. Returns none when it is time to stop.
    fn settled(&self, mut reading: Reading) -> Option<Reading> {
        let begin = Instant::now();
        let is_first = self.sender.borrow().is_none();
        if is_first && reading == Err(Unreadable::Missing) {
            return Some(reading);
        }
        loop {
            if self.is_stopped_within(SETTLE_DELAY) {
                return None;
            }
            let again = read(&self.location.path);
            if again == reading || begin.elapsed() > SETTLE_LIMIT {
                return Some(again);
            }
            reading = again;
        }
    }

    /// Waits. Returns true when it is time to stop.
    fn is_stopped_within(&self, time: Duration) -> bool {
        self.stopped.recv_timeout(time) != Err(RecvTimeoutError::Timeout)
    }

    fn log(&mut self, local: &LocalFile) {
        let path = self.location.path.display();
        if local.routes.is_some() || self.sender.borrow().is_some() {
            tracing::info!(%path, elements = local.elements, "local file read");
        }
        let new = local.problems.iter();
        for problem in new.filter(|problem| !self.logged.contains(problem)) {
            let file = problem.origin.file.as_deref().unwrap_or_default();
            let message = &problem.message;
            match problem.severity {
                Severity::Error => tracing::error!(file, "{message}"),
                Severity::Warning => tracing::warn!(file, "{message}"),
                Severity::Info => tracing::info!(file, "{message}"),
            }
        }
        self.logged.clone_from(&local.problems);
    }
}
