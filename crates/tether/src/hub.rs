//! The hub's one state behind a few verbs: sessions call them, watchers see what comes of it.

mod membership;
mod shared;

use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tether_proto::{Drain, Hello, PriorState};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::blocking::Worker;
use crate::fleet::{AgentId, Fleet, FleetView, ForgetError, Readiness, Rejection, Roster};
use crate::local_file::{LocalFile, LocalFilePath, watch as watch_file};
use crate::merge::Policy;
use crate::publish::{Merger, Published, Snapshot};
use crate::settings::{Settings, Wait};
use shared::Shared;

pub use membership::Membership;

/// The longest time between two looks at the clock, in case a deadline was missed.
const TICK_LIMIT: Duration = Duration::from_secs(60);

/// How long who drains an agent waits for its routes to leave `/config`.
const GONE_LIMIT: Duration = Duration::from_secs(3);

/// What everybody shares. Clones are the same hub.
#[derive(Debug, Clone)]
pub struct Hub {
    shared: Arc<Shared>,
}

impl Hub {
    /// A hub that knows nobody. [`Hub::run`] makes it work.
    pub fn new(settings: &Settings) -> Self {
        let now = Instant::now();
        let wait = settings.startup_wait.limit();
        let readiness = Readiness::new(settings.startup_grace, wait, now);
        let fleet = Fleet::new(settings.lease.limit(), readiness);
        let shared = Shared::new(fleet, settings.traefik_version.nearest_known());
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Reads the local file, and merges whenever something changed, until shutdown.
    pub async fn run(&self, settings: &Settings, shutdown: CancellationToken) {
        let policy = Policy {
            precedence: settings.precedence.clone(),
            default_entry_points: settings.default_entrypoints.clone(),
            traefik: self.shared.traefik,
        };
        let mut merger = Merger::new(policy, settings.config_env.clone());
        let mut local = watch_file(LocalFilePath::of(settings), self.shared.traefik);
        // Nothing is answered before: it would lack the file's routes.
        tokio::select! {
            () = local.first() => {}
            () = shutdown.cancelled() => return,
        }
        if local.now().routes.is_some() && settings.startup_wait == Wait::Forever {
            tracing::info!(
                "/config waits for the first agent; if there is to be none, set --startup-wait 0"
            );
        }
        let worker = Worker::new("merge");
        loop {
            let view = self.look();
            let sleep = view.deadline.map_or(TICK_LIMIT, |deadline| {
                deadline
                    .saturating_duration_since(Instant::now())
                    .min(TICK_LIMIT)
            });
            merger = self.merge(&worker, merger, view, local.now()).await;
            tokio::select! {
                () = self.shared.changed.notified() => {}
                () = local.changed() => {}
                () = tokio::time::sleep(sleep) => {}
                () = shutdown.cancelled() => return,
            }
        }
    }

    /// Lets an agent in.
    ///
    /// # Errors
    /// If its name will not do or is another's.
    pub fn connect(&self, hello: Hello, peer: IpAddr) -> Result<Membership, Rejection> {
        let mut fleet = self.shared.fleet();
        let known = AgentId::of(&hello).ok();
        let replaced = known.and_then(|id| fleet.speaker(&id));
        let instance = hello.instance.clone();
        let connected = fleet.connect(hello, peer, Instant::now());
        let is_news = fleet.has_news();
        drop(fleet);
        if is_news {
            self.shared.changed.notify_one();
        }
        let (id, generation) = connected?;
        // Every session looks up, so only where one of them is over: else a thousand agents that
        // come at once would wake each other a million times.
        if replaced.is_some() {
            self.shared.sessions.send_replace(generation);
        }
        self.shared.changed.notify_one();
        let shared = Arc::clone(&self.shared);
        Ok(Membership::new(shared, id, generation, instance))
    }

    /// Takes an agent out for good, whichever process speaks for it; what was known of it, and
    /// true if that is all there is to know. Returns when `/config` has lost its routes.
    ///
    /// # Errors
    /// If its name will not do, or it is another host's.
    pub async fn drain(&self, order: &Drain) -> Result<(PriorState, bool), Rejection> {
        let mut receipts = self.receipts();
        let (id, was, sure, newest) = {
            let mut fleet = self.shared.fleet();
            let (id, was) = fleet.drain_by(order)?;
            (id, was, fleet.is_sure(Instant::now()), fleet.newest())
        };
        match was {
            PriorState::Nobody | PriorState::Drained | PriorState::Unknown => {}
            was => tracing::info!(agent = %id, ?was, "agent drained: its routes are gone"),
        }
        self.shared.sessions.send_modify(|_| {});
        self.shared.changed.notify_one();
        // A new process of it may be in already.
        let is_gone = |snapshot: &Arc<Snapshot>| {
            let routes = snapshot.applied.get(&id);
            routes.is_none_or(|(generation, _)| *generation > newest)
        };
        // What fails here is the merge, of which others are told.
        let _ = timeout(GONE_LIMIT, receipts.wait_for(is_gone)).await;
        Ok((was, sure))
    }

    /// Gives a lost agent up.
    ///
    /// # Errors
    /// If there is nothing to forget.
    pub fn forget(&self, id: &AgentId) -> Result<(), ForgetError> {
        self.shared.fleet().forget(id)?;
        tracing::info!(agent = %id, "agent forgotten in the dashboard: its routes are gone");
        self.shared.changed.notify_one();
        Ok(())
    }

    /// What is served now, and what will be.
    pub fn snapshots(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.shared.snapshots.subscribe()
    }

    /// What agents are told to be in the snapshot now, and what they will be.
    pub fn receipts(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.shared.receipts.subscribe()
    }

    /// What the dashboard shows now, and what it will.
    pub fn published(&self) -> watch::Receiver<Arc<Published>> {
        self.shared.published.subscribe()
    }

    /// The roster that agents are told now, and what it will be.
    pub fn roster(&self) -> watch::Receiver<Arc<Roster>> {
        self.shared.roster.subscribe()
    }

    /// False if the last merge failed: what is served is older than what is known.
    pub fn is_healthy(&self) -> bool {
        !self.shared.merge_failed.load(Ordering::Relaxed)
    }

    /// Lets time pass and takes all that a merge needs of the fleet.
    fn look(&self) -> FleetView {
        let now = Instant::now();
        let mut fleet = self.shared.fleet();
        fleet.tick(now);
        fleet.view(now)
    }

    async fn merge(
        &self,
        worker: &Worker,
        mut merger: Merger,
        view: FleetView,
        local_file: Arc<LocalFile>,
    ) -> Merger {
        let fresh = merger.fresh();
        let shared = Arc::clone(&self.shared);
        let merged = worker.run(move || {
            // What a panic leaves behind in the merger is thrown away with it.
            let merge = AssertUnwindSafe(|| shared.merge(&mut merger, view, local_file));
            let result = catch_unwind(merge);
            (merger, result)
        });
        let Some((merger, Ok(()))) = merged.await else {
            self.shared.merge_failed.store(true, Ordering::Relaxed);
            tracing::error!(
                "the merge failed: the last good configuration is served; please report this"
            );
            return fresh;
        };
        self.shared.merge_failed.store(false, Ordering::Relaxed);
        merger
    }
}

#[cfg(test)]
mod model_tests;
