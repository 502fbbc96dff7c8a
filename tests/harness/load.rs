//! A request in, made again and again at an even pace while something else goes on; how many
//! were answered, and what went wrong, out.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use super::get_with;

/// The time between two requests.
const PACE: Duration = Duration::from_millis(10);

/// A steady load on one host name.
#[derive(Debug)]
pub(crate) struct Load {
    stop: watch::Sender<bool>,
    answered: watch::Receiver<usize>,
    task: JoinHandle<Vec<String>>,
}

impl Load {
    /// Begins to ask Traefik's entry point on this machine for `host`.
    pub(crate) fn start(port: u16, host: &str) -> Self {
        Self::at((Ipv4Addr::LOCALHOST, port).into(), host)
    }

    /// Begins to ask the entry point there for `host`.
    pub(crate) fn at(entry_point: SocketAddr, host: &str) -> Self {
        let (stop, mut stopped) = watch::channel(false);
        let (count, answered) = watch::channel(0);
        let count = Arc::new(count);
        let (url, host) = (format!("http://{entry_point}/"), host.to_owned());
        let task = tokio::spawn(async move {
            let mut ticks = tokio::time::interval(PACE);
            let mut requests = JoinSet::new();
            loop {
                ticks.tick().await;
                let (url, host, count) = (url.clone(), host.clone(), Arc::clone(&count));
                requests.spawn(async move {
                    let begun = Instant::now();
                    let answer = get_with(&url, &[("host", &host)]).await;
                    match answer.and_then(|answer| answer.expect(200)) {
                        Ok(_) => {
                            count.send_modify(|count| *count += 1);
                            None
                        }
                        Err(error) => Some(format!("after {:?}: {error:#}", begun.elapsed())),
                    }
                });
                if *stopped.borrow_and_update() {
                    break;
                }
            }
            requests.join_all().await.into_iter().flatten().collect()
        });
        Self {
            stop,
            answered,
            task,
        }
    }

    /// Waits for so many more answers.
    pub(crate) async fn more(&mut self, count: usize) -> Result<()> {
        let aim = *self.answered.borrow() + count;
        super::soon(&format!("{count} more answers"), async || {
            ensure!(
                *self.answered.borrow() >= aim,
                "{} answers",
                *self.answered.borrow()
            );
            Ok(())
        })
        .await
    }

    /// Ends it: an error if a single request failed, else how many were answered.
    pub(crate) async fn end(self) -> Result<usize> {
        self.stop.send_replace(true);
        let failures = self.task.await?;
        let answered = *self.answered.borrow();
        ensure!(
            failures.is_empty(),
            "{} of {} requests failed, such as: {}",
            failures.len(),
            failures.len() + answered,
            failures[0]
        );
        Ok(answered)
    }
}
