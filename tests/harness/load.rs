//! Repeats a request at an even pace while a test does something else, and counts the answers.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use super::get_with;

/// The time between two requests.
const INTERVAL: Duration = Duration::from_millis(10);

/// A steady load on one host name.
#[derive(Debug)]
pub(crate) struct Load {
    stop: watch::Sender<bool>,
    answered: watch::Receiver<usize>,
    task: JoinHandle<Vec<String>>,
}

impl Load {
    /// Starts requests for `host` to Traefik's entry point at this port of this machine.
    pub(crate) fn start(port: u16, host: &str) -> Self {
        Self::at((Ipv4Addr::LOCALHOST, port).into(), host)
    }

    /// Starts requests for `host` to this entry point.
    pub(crate) fn at(entry_point: SocketAddr, host: &str) -> Self {
        let (stop, mut stopped) = watch::channel(false);
        let (count, answered) = watch::channel(0);
        let count = Arc::new(count);
        let (url, host) = (format!("http://{entry_point}/"), host.to_owned());
        let task = tokio::spawn(async move {
            let mut ticks = tokio::time::interval(INTERVAL);
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

    /// Waits for `count` more answers.
    pub(crate) async fn wait_for(&mut self, count: usize) -> Result<()> {
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

    /// Stops, and returns the number of answers; fails if a single request failed.
    pub(crate) async fn finish(self) -> Result<usize> {
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
