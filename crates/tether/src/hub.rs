//! The state of the hub. Sessions change it, and watchers receive what follows from it.

mod membership;
mod policy;
mod published;
mod shared;

use std::net::{IpAddr, Ipv4Addr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tether_proto::{Drain, Hello, PriorState};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use traefik_config::TraefikVersion;

use crate::blocking::Worker;
use crate::fleet::{AgentId, Fleet, FleetView, ForgetError, Readiness, Rejection, Roster};
use crate::gateways::Observed;
use crate::local_file::{LocalFile, LocalFilePath, Templates, watch as watch_file};
use crate::probe::Results;
use crate::publish::{Merger, Snapshot};
use crate::settings::{Settings, Wait};
use policy::PolicySource;
use shared::Shared;

pub use membership::Membership;
pub use published::Published;

/// The longest sleep, in case a deadline was missed.
const TICK_LIMIT: Duration = Duration::from_secs(60);

/// The longest time that `drain` waits for the routes to leave `/config`.
const DRAIN_WAIT_LIMIT: Duration = Duration::from_secs(3);

/// The hub. Clones share its state.
#[derive(Debug, Clone)]
pub struct Hub {
    shared: Arc<Shared>,
}

impl Hub {
    /// A hub without agents. [`Hub::run`] starts it.
    pub fn new(settings: &Settings) -> Self {
        let now = Instant::now();
        let wait = settings.startup_wait.limit();
        let readiness = Readiness::new(settings.startup_grace, wait, now);
        let fleet = Fleet::new(settings.lease.limit(), readiness);
        let shared = Shared::new(fleet, settings.traefik_version.or_newest().nearest_known());
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Reads the local file, and merges after every change, until shutdown.
    pub async fn run(&self, settings: &Settings, shutdown: CancellationToken) {
        let source = PolicySource::of(settings);
        let mut observed = self.observed();
        let mut policy = source.policy(&observed.borrow_and_update());
        self.shared.traefik.send_replace(policy.traefik);
        let mut merger = Merger::new(policy.clone(), settings.config_env.clone());
        let templates = Templates::of(&settings.template_env, std::env::vars_os());
        let mut local = watch_file(
            LocalFilePath::of(settings),
            templates.clone(),
            policy.traefik,
        );
        // Before that an answer would lack the file's routes.
        tokio::select! {
            () = local.first() => {}
            () = shutdown.cancelled() => return,
        }
        if local.now().routes.is_some() && settings.startup_wait == Wait::Forever {
            tracing::info!(
                "/config waits for the first agent; to run without agents, set --startup-wait 0"
            );
        }
        let worker = Worker::new("merge");
        loop {
            let view = self.take_view();
            let sleep = view.deadline.map_or(TICK_LIMIT, |deadline| {
                deadline
                    .saturating_duration_since(Instant::now())
                    .min(TICK_LIMIT)
            });
            merger = self.merge(&worker, merger, view, local.now()).await;
            tokio::select! {
                () = self.shared.changed.notified() => {}
                () = local.changed() => {}
                changed = source.changed(&policy, &mut observed) => {
                    if changed.traefik != policy.traefik {
                        self.compile_for(changed.traefik);
                        let path = LocalFilePath::of(settings);
                        local = watch_file(path, templates.clone(), changed.traefik);
                        local.first().await;
                    }
                    policy = changed;
                    merger = merger.with_policy(policy.clone());
                }
                () = tokio::time::sleep(sleep) => {}
                () = shutdown.cancelled() => return,
            }
        }
    }

    /// Starts a session of an agent.
    ///
    /// # Errors
    /// If the name is invalid, or another agent's.
    pub fn connect(&self, hello: Hello, peer: IpAddr) -> Result<Membership, Rejection> {
        let mut fleet = self.shared.fleet();
        let known = AgentId::of(&hello).ok();
        let replaced = known.and_then(|id| fleet.current_session(&id));
        let instance = hello.instance.clone();
        let connected = fleet.connect(hello, peer, Instant::now());
        let is_new_duplicate = fleet.take_new_duplicate();
        drop(fleet);
        if is_new_duplicate {
            self.shared.changed.notify_one();
        }
        let (id, generation) = connected?;
        // Only if a session has ended: this wakes every session, and a thousand agents that connect
        // at once would wake each other a million times.
        if replaced.is_some() {
            self.shared.sessions.send_replace(generation);
        }
        self.shared.changed.notify_one();
        let shared = Arc::clone(&self.shared);
        Ok(Membership::new(shared, id, generation, instance))
    }

    /// Starts a session of the agent inside the hub.
    ///
    /// # Errors
    /// As [`Self::connect`].
    pub fn connect_in_process(&self, hello: Hello) -> Result<Membership, Rejection> {
        let membership = self.connect(hello, Ipv4Addr::LOCALHOST.into())?;
        Ok(membership.in_process())
    }

    /// Removes an agent for good, whichever process it runs in. Returns its prior state, and true
    /// if the hub knows all agents. Waits until `/config` has lost its routes.
    ///
    /// # Errors
    /// If the name is invalid, or the agent runs on another host.
    pub async fn drain(&self, order: &Drain) -> Result<(PriorState, bool), Rejection> {
        let mut receipts = self.receipts();
        let (id, was, sure, newest) = {
            let mut fleet = self.shared.fleet();
            let (id, was) = fleet.drain_by(order)?;
            (
                id,
                was,
                fleet.is_complete(Instant::now()),
                fleet.last_generation(),
            )
        };
        match was {
            PriorState::Nobody | PriorState::Drained | PriorState::Unknown => {}
            was => tracing::info!(agent = %id, ?was, "agent drained: its routes are removed"),
        }
        self.shared.sessions.send_modify(|_| {});
        self.shared.changed.notify_one();
        // A new process of it may have connected already.
        let is_gone = |snapshot: &Arc<Snapshot>| {
            let routes = snapshot.applied.get(&id);
            routes.is_none_or(|(generation, _)| *generation > newest)
        };
        // It fails if the merge fails, which is reported elsewhere.
        let _ = timeout(DRAIN_WAIT_LIMIT, receipts.wait_for(is_gone)).await;
        Ok((was, sure))
    }

    /// Removes a lost agent.
    ///
    /// # Errors
    /// If there is nothing to forget.
    pub fn forget(&self, id: &AgentId) -> Result<(), ForgetError> {
        self.shared.fleet().forget(id)?;
        tracing::info!(agent = %id, "agent forgotten in the dashboard: its routes are removed");
        self.shared.changed.notify_one();
        Ok(())
    }

    /// The served snapshot, now and later.
    pub fn snapshots(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.shared.snapshots.subscribe()
    }

    /// The snapshot that agents are notified of, now and later.
    pub fn receipts(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.shared.receipts.subscribe()
    }

    /// The state for the dashboard, now and later.
    pub fn published(&self) -> watch::Receiver<Arc<Published>> {
        self.shared.published.subscribe()
    }

    /// The roster for the agents, now and later.
    pub fn roster(&self) -> watch::Receiver<Arc<Roster>> {
        self.shared.roster.subscribe()
    }

    /// What the gateways do with the configuration, now and later.
    pub fn observed(&self) -> watch::Receiver<Arc<Observed>> {
        self.shared.observed.subscribe()
    }

    /// Publishes what the gateways do with the configuration.
    pub fn observe(&self, observed: Observed) {
        if observed.were_empty() && self.shared.fleet().on_nothing_to_lose() {
            self.shared.changed.notify_one();
        }
        self.shared.observe(observed);
    }

    /// Which servers answer, now and later.
    pub fn probed(&self) -> watch::Receiver<Arc<Results>> {
        self.shared.probed.subscribe()
    }

    /// Publishes which servers answer.
    pub fn probe(&self, results: Arc<Results>) {
        self.shared.probe(results);
    }

    /// Records that a Traefik reads the configuration over this host's loopback address, so that both
    /// have one.
    pub fn note_local_traefik(&self) {
        self.shared.local_traefik.store(true, Ordering::Relaxed);
    }

    /// True if a Traefik was seen to have the same loopback address as the hub.
    pub fn has_local_traefik(&self) -> bool {
        self.shared.local_traefik.load(Ordering::Relaxed)
    }

    /// False if the last merge failed, so that the snapshot is outdated.
    pub fn is_healthy(&self) -> bool {
        !self.shared.merge_failed.load(Ordering::Relaxed)
    }

    /// Makes all agents send their routes again, which are then compiled for this version.
    fn compile_for(&self, traefik: TraefikVersion) {
        tracing::info!(%traefik, "the configuration is for this version of Traefik from now on");
        self.shared.traefik.send_replace(traefik);
        self.shared.sessions.send_modify(|_| {});
    }

    /// Applies the passage of time and copies the state that a merge needs.
    fn take_view(&self) -> FleetView {
        let now = Instant::now();
        let mut fleet = self.shared.fleet();
        fleet.tick(now);
        for (old, new) in fleet.take_renamed() {
            tracing::info!(%old, %new, "agent renamed: the routes of its old name are removed");
        }
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
            // After a panic the merger is dropped.
            let merge = AssertUnwindSafe(|| shared.merge(&mut merger, view, local_file));
            let result = catch_unwind(merge);
            (merger, result)
        });
        let Some((merger, Ok(()))) = merged.await else {
            self.shared.merge_failed.store(true, Ordering::Relaxed);
            tracing::error!(
                "the merge failed: the last good configuration is still served; please report this"
            );
            return fresh;
        };
        self.shared.merge_failed.store(false, Ordering::Relaxed);
        merger
    }
}

#[cfg(test)]
mod model_tests;
