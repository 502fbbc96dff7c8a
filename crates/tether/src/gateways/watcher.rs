//! The state of the watch of one gateway: what it was seen to have, and when to look again.

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::gateway::Gateway;
use super::judge::{Judgement, judge};
use super::look::{Found, Looker};
use super::pace::Pace;
use super::view::{GatewayState, GatewayView, Note};
use crate::blocking::offload_if_large;
use crate::publish::{Environment, Snapshot};

/// Watches one gateway.
#[derive(Debug)]
pub(super) struct Watcher {
    gateway: Gateway,
    looker: Looker,
    pace: Pace,
    view: GatewayView,
    /// The configuration that the gateway should have.
    etag: Option<String>,
    /// The environment that the last judgement is about, and whether it was patient.
    judged: (Weak<Environment>, bool),
    judgement: Judgement,
}

/// The configuration that a gateway should have.
struct Target {
    version: u64,
    environment: Arc<Environment>,
}

impl Watcher {
    pub(super) fn new(gateway: Gateway, now: Instant) -> Self {
        Self {
            view: GatewayView::new(&gateway),
            gateway,
            looker: Looker::default(),
            pace: Pace::new(now),
            etag: None,
            judged: (Weak::new(), false),
            judgement: Judgement::default(),
        }
    }

    /// The current view.
    pub(super) fn view(&self) -> Arc<GatewayView> {
        Arc::new(self.view.clone())
    }

    /// The delay between a new snapshot and the next look.
    pub(super) fn delay_after_change(&self) -> Duration {
        self.pace.after_change()
    }

    /// Looks once, and returns the delay before the next look.
    pub(super) async fn look(
        &mut self,
        snapshots: &mut watch::Receiver<Arc<Snapshot>>,
    ) -> Duration {
        let snapshot = Arc::clone(&snapshots.borrow_and_update());
        let begun = Instant::now();
        let target = self.target(&snapshot, begun);
        let found = self.looker.look(&self.gateway).await;
        let now = Instant::now();
        match found {
            Ok(found) => {
                self.take(found, target, now).await;
                let applied = self.view.state != GatewayState::Waiting
                    && self.view.state != GatewayState::Behind;
                self.pace.after_look(now - begun, applied, now)
            }
            Err(error) => {
                self.fail(&error, now);
                self.pace.after_failure(now)
            }
        }
    }

    /// The configuration that the gateway should have; none while the hub serves none.
    fn target(&mut self, snapshot: &Snapshot, now: Instant) -> Option<Target> {
        let environment = snapshot.environments.get(&self.gateway.env);
        let environment = Arc::clone(environment.filter(|_| snapshot.ready)?);
        let etag = environment.config.etag.to_str().unwrap_or_default();
        if self.etag.as_deref() != Some(etag) {
            self.etag = Some(etag.to_owned());
            self.pace.changed(now);
        }
        let (judged, patient) = &self.judged;
        let is_judged = std::ptr::eq(judged.as_ptr(), Arc::as_ptr(&environment));
        if !is_judged || *patient != self.pace.is_patient(now) {
            self.looker.forget();
        }
        Some(Target {
            version: snapshot.version,
            environment,
        })
    }

    async fn take(&mut self, found: Found, target: Option<Target>, now: Instant) {
        if self.view.version.is_none() || self.view.state == GatewayState::Unreachable {
            let (gateway, version) = (&self.gateway.name, &found.version);
            tracing::info!(gateway, version, "Traefik's API answers");
        }
        if found.restarted {
            self.pace.changed(now);
        }
        self.view.version = Some(found.version);
        self.view.entry_points = found.entry_points;
        self.view.files = found.files;
        let Some(target) = target else {
            if let Some(look) = &found.look {
                self.view.was_empty = look.elements.is_empty();
            }
            self.view.state = GatewayState::Unknown;
            self.view.note = None;
            self.view.verdicts = Arc::default();
            return;
        };
        let patient = self.pace.is_patient(now);
        if let Some(look) = found.look {
            let environment = Arc::clone(&target.environment);
            let work = move || judge(&look, &environment.merged, patient);
            let bytes = target.environment.config.json.len();
            self.judgement = offload_if_large(bytes, work).await;
            self.judged = (Arc::downgrade(&target.environment), patient);
        }
        self.view.verdicts = Arc::clone(&self.judgement.verdicts);
        self.view.note = None;
        self.view.state = match (self.judgement.is_applied(), patient) {
            (true, _) => GatewayState::Current,
            (false, false) => GatewayState::Waiting,
            (false, true) => GatewayState::Behind,
        };
        match self.view.state {
            GatewayState::Current => self.view.snapshot = Some(target.version),
            GatewayState::Behind => {
                self.view.note = Some(Note {
                    message: self.judgement.describe(),
                    lasting: self.pace.is_lasting(now),
                });
            }
            _ => {}
        }
    }

    fn fail(&mut self, error: &anyhow::Error, now: Instant) {
        let message = format!("{error:#}");
        let (gateway, lasting) = (&self.gateway.name, self.pace.is_lasting(now));
        if self.view.state != GatewayState::Unreachable {
            tracing::warn!(gateway, "cannot ask Traefik: {message}");
        }
        // A restart is over sooner, and changes nothing about most of them.
        if lasting {
            self.view.verdicts = Arc::default();
            self.judged = (Weak::new(), false);
        }
        self.view.state = GatewayState::Unreachable;
        self.view.note = Some(Note { message, lasting });
    }
}
