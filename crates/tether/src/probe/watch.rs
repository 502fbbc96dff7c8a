//! Tries servers as the schedule says, and publishes the results.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::attempt::attempt;
use super::finding::{Finding, Reachability};
use super::log::log_changes;
use super::problems::problems;
use super::results::Results;
use super::schedule::{Job, Schedule};
use super::targets::{Target, targets};
use crate::publish::Snapshot;

/// The shortest time between two looks at the schedule, so that a thousand servers wake the hub a
/// few times a second only. It is also the delay of a result, and of a change's first attempts.
const TICK: Duration = Duration::from_millis(100);

/// The longest sleep, in case a time was missed.
const SLEEP_LIMIT: Duration = Duration::from_secs(60);

/// Tries the servers of the newest snapshot until shutdown, and publishes every change. `same_loopback` is true if the gateway's
/// loopback interface is the hub's own.
pub async fn watch(
    mut snapshots: watch::Receiver<Arc<Snapshot>>,
    publish: impl Fn(Arc<Results>),
    same_loopback: impl Fn() -> bool,
    shutdown: CancellationToken,
) {
    let mut schedule = Schedule::default();
    // Dropping it at shutdown ends the attempts.
    let mut running: JoinSet<(Job, Finding)> = JoinSet::new();
    snapshots.mark_changed();
    let mut snapshot = Arc::default();
    let mut last = Arc::default();
    loop {
        let now = Instant::now();
        let is_new = snapshots.has_changed().unwrap_or(false);
        if is_new {
            snapshot = Arc::clone(&snapshots.borrow_and_update());
            schedule.set_targets(targets(&snapshot), now.into_std());
        }
        while let Some(job) = schedule.start(now.into_std()) {
            running.spawn(run(job, same_loopback()));
        }
        let known = schedule.take_changes();
        if is_new || known.is_some() {
            let newest = results(known, &last, &snapshot);
            if newest != last {
                log_changes(&last, &newest);
                last = newest;
                publish(Arc::clone(&last));
            }
        }
        let wake = schedule.next_start().map(Instant::from_std);
        let wake = wake.unwrap_or(now + SLEEP_LIMIT).max(now + TICK);
        tokio::select! {
            changed = snapshots.changed() => {
                if changed.is_err() {
                    return;
                }
                snapshots.mark_changed();
            }
            Some(done) = running.join_next() => {
                if let Ok((job, finding)) = done {
                    schedule.finish(&job, finding, Instant::now().into_std());
                }
            }
            () = sleep_until(wake.min(now + SLEEP_LIMIT)) => {}
            () = shutdown.cancelled() => return,
        }
        // Results that come in a burst are handled together.
        tokio::select! {
            () = sleep_until(now + TICK) => {}
            () = shutdown.cancelled() => return,
        }
        while let Some(Ok((job, finding))) = running.try_join_next() {
            schedule.finish(&job, finding, Instant::now().into_std());
        }
    }
}

/// The results after a change of the servers' states or of the snapshot.
fn results(
    known: Option<BTreeMap<Arc<Target>, Reachability>>,
    last: &Arc<Results>,
    snapshot: &Snapshot,
) -> Arc<Results> {
    let mut newest = Results {
        known: known.unwrap_or_else(|| last.known.clone()),
        problems: BTreeMap::new(),
    };
    newest.problems = problems(&newest, snapshot);
    Arc::new(newest)
}

async fn run(job: Job, same_loopback: bool) -> (Job, Finding) {
    let attempt = attempt(&job.target, job.depth, same_loopback);
    // A panic must not end the other attempts, or leave this server without its next one.
    let finding = AssertUnwindSafe(attempt).catch_unwind().await;
    (job, finding.unwrap_or(Finding::Unknown))
}

#[cfg(test)]
pub(super) mod tests;
