//! The state of the hub.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};
use traefik_config::TraefikVersion;

use super::published::Published;
use crate::fleet::{Fleet, FleetView, Generation, Roster};
use crate::gateways::Observed;
use crate::local_file::LocalFile;
use crate::probe::Results;
use crate::publish::{Merger, Snapshot};

#[derive(Debug)]
pub(super) struct Shared {
    /// A std mutex: it is held for assignments only, never over an await or a merge.
    fleet: Mutex<Fleet>,
    /// Wakes the merge. Holds one permit, so a burst of changes causes one merge.
    pub(super) changed: Notify,
    pub(super) snapshots: watch::Sender<Arc<Snapshot>>,
    pub(super) published: watch::Sender<Arc<Published>>,
    /// The same as `snapshots`, for receipts to agents, which are sent last.
    pub(super) receipts: watch::Sender<Arc<Snapshot>>,
    pub(super) roster: watch::Sender<Arc<Roster>>,
    /// What the gateways do with the configuration.
    pub(super) observed: watch::Sender<Arc<Observed>>,
    /// Which servers answer.
    pub(super) probed: watch::Sender<Arc<Results>>,
    /// The generation of the newest session that replaced another one. Sent again when a session is
    /// ended, so that all sessions check.
    pub(super) sessions: watch::Sender<Generation>,
    pub(super) merge_failed: AtomicBool,
    /// True once a Traefik has read the configuration over the loopback address.
    pub(super) local_traefik: AtomicBool,
    /// The version of Traefik that routes are compiled for.
    pub(super) traefik: watch::Sender<TraefikVersion>,
}

impl Shared {
    pub(super) fn new(fleet: Fleet, traefik: TraefikVersion) -> Self {
        Self {
            fleet: Mutex::new(fleet),
            changed: Notify::new(),
            snapshots: watch::Sender::default(),
            published: watch::Sender::default(),
            receipts: watch::Sender::default(),
            roster: watch::Sender::default(),
            observed: watch::Sender::default(),
            probed: watch::Sender::default(),
            sessions: watch::Sender::default(),
            merge_failed: AtomicBool::new(false),
            local_traefik: AtomicBool::new(false),
            traefik: watch::Sender::new(traefik),
        }
    }

    pub(super) fn fleet(&self) -> MutexGuard<'_, Fleet> {
        // Changes under the lock are single assignments, so a poisoned fleet is consistent.
        self.fleet.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Merges, and notifies Traefik first, then the dashboard, then the agents.
    pub(super) fn merge(
        &self,
        merger: &mut Merger,
        mut fleet: FleetView,
        local_file: Arc<LocalFile>,
    ) {
        let last = Arc::clone(&self.snapshots.borrow());
        let merged = merger.merge(&fleet, &local_file, &last);
        if merged.ready && !last.ready {
            log_ready(&merged);
        }
        let newest = if merged.is_same(&last) {
            last
        } else {
            Arc::new(merged)
        };
        self.snapshots.send_if_modified(|served| {
            let changed = !Arc::ptr_eq(served, &newest);
            *served = Arc::clone(&newest);
            changed
        });
        let roster = std::mem::take(&mut fleet.roster);
        // Changed in place, since the gateways are published by another task.
        self.published.send_modify(|published| {
            *published = Arc::new(Published {
                snapshot: Arc::clone(&newest),
                fleet: Arc::new(fleet),
                local_file,
                observed: Arc::clone(&published.observed),
                probed: published.probed.clone(),
            });
        });
        if !self.roster.borrow().has_names(&roster) {
            self.roster.send_replace(Arc::new(Roster::new(roster)));
        }
        self.receipts.send_if_modified(|applied| {
            let changed = !Arc::ptr_eq(applied, &newest);
            *applied = newest;
            changed
        });
    }

    /// Publishes what the gateways do.
    pub(super) fn observe(&self, observed: Observed) {
        let observed = Arc::new(observed);
        self.published.send_modify(|published| {
            *published = Arc::new(Published {
                observed: Arc::clone(&observed),
                ..Published::clone(published)
            });
        });
        self.observed.send_replace(observed);
    }

    /// Publishes which servers answer.
    pub(super) fn probe(&self, results: Arc<Results>) {
        self.published.send_modify(|published| {
            *published = Arc::new(Published {
                probed: Some(Arc::clone(&results)),
                ..Published::clone(published)
            });
        });
        self.probed.send_replace(results);
    }
}

fn log_ready(snapshot: &Snapshot) {
    if snapshot.awaited.is_empty() {
        tracing::info!(
            agents = snapshot.applied.len(),
            "ready: /config is answered"
        );
    } else {
        let missing = snapshot.awaited.join(", ");
        tracing::error!(
            missing,
            "ready, but agents that were known before have not come back: their routes are missing"
        );
    }
}
