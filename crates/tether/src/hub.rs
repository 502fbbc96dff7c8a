//! The hub's one state behind a few verbs: sessions call them, watchers see what comes of it.

use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tether_proto::{Drain, Hello, Was};
use tokio::sync::{Notify, watch};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use traefik_config::{RouteSet, TraefikVersion};

use crate::agent_id::{AgentId, Refused};
use crate::aside::{Desk, aside_if_large};
use crate::compile::Word;
use crate::fleet::{Fleet, Generation, Unforgettable};
use crate::local::{Local, Place, watch as watch_file};
use crate::merge::Policy;
use crate::merger::{FleetView, Merger};
use crate::picture::Picture;
use crate::readiness::Readiness;
use crate::roster::Roster;
use crate::settings::{Settings, Wait};
use crate::snapshot::Snapshot;

/// The longest time between two looks at the clock, in case a deadline was missed.
const TICK_LIMIT: Duration = Duration::from_secs(60);

/// What a container's elements take on the wire, about, in bytes.
const CONTAINER_SIZE: usize = 1024;

/// How long who drains an agent waits for its routes to leave `/config`.
const GONE_LIMIT: Duration = Duration::from_secs(3);

/// What everybody shares. Clones are the same hub.
#[derive(Debug, Clone)]
pub struct Hub {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// A std mutex: it is held for assignments only, never over an await or a merge.
    fleet: Mutex<Fleet>,
    /// Something changed: merge. Holds one permit, so a burst costs one merge.
    changed: Notify,
    snapshots: watch::Sender<Arc<Snapshot>>,
    pictures: watch::Sender<Arc<Picture>>,
    /// The same as `snapshots`, for those who only tell an agent of it.
    receipts: watch::Sender<Arc<Snapshot>>,
    roster: watch::Sender<Arc<Roster>>,
    /// Bears the generation of the newest session that took over from another one; told anew
    /// when a session is over, so that all look up.
    sessions: watch::Sender<Generation>,
    merge_failed: AtomicBool,
    traefik: TraefikVersion,
}

/// One session's hold on its agent. Dropped without [`Session::bye`], the agent is held.
#[derive(Debug)]
pub struct Session {
    hub: Hub,
    /// The agent.
    pub id: AgentId,
    /// The session's number.
    pub generation: Generation,
    instance: String,
}

impl Hub {
    /// A hub that knows nobody. [`Hub::run`] makes it work.
    pub fn new(settings: &Settings) -> Self {
        let now = Instant::now();
        let readiness = Readiness::new(settings.startup_grace, settings.startup_wait, now);
        let fleet = Fleet::new(settings.lease, readiness);
        let shared = Shared {
            fleet: Mutex::new(fleet),
            changed: Notify::new(),
            snapshots: watch::Sender::default(),
            pictures: watch::Sender::default(),
            receipts: watch::Sender::default(),
            roster: watch::Sender::default(),
            sessions: watch::Sender::default(),
            merge_failed: AtomicBool::new(false),
            traefik: settings.traefik_version.nearest_known(),
        };
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
        let mut merger = Merger::new(
            policy,
            settings.entry_point_ports(),
            settings.config_env.clone(),
        );
        let mut local = watch_file(Place::of(settings), self.shared.traefik);
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
        let desk = Desk::new("merge");
        loop {
            let view = self.look(local.now());
            let sleep = view.deadline.map_or(TICK_LIMIT, |deadline| {
                deadline
                    .saturating_duration_since(Instant::now())
                    .min(TICK_LIMIT)
            });
            merger = self.merge(&desk, merger, view).await;
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
    pub fn connect(&self, hello: Hello, peer: IpAddr) -> Result<Session, Refused> {
        let mut fleet = self.fleet();
        let known = AgentId::of(&hello).ok();
        let rival = known.and_then(|id| fleet.speaker(&id));
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
        if rival.is_some() {
            self.shared.sessions.send_replace(generation);
        }
        self.shared.changed.notify_one();
        Ok(Session {
            hub: self.clone(),
            id,
            generation,
            instance,
        })
    }

    /// Takes an agent out for good, whichever process speaks for it; what was known of it, and
    /// true if that is all there is to know. Returns when `/config` has lost its routes.
    ///
    /// # Errors
    /// If its name will not do, or it is another host's.
    pub async fn drain(&self, order: &Drain) -> Result<(Was, bool), Refused> {
        let mut receipts = self.receipts();
        let (id, was, sure, newest) = {
            let mut fleet = self.fleet();
            let (id, was) = fleet.drain_by(order)?;
            (id, was, fleet.is_sure(Instant::now()), fleet.newest())
        };
        match was {
            Was::Nobody | Was::Drained | Was::Unknown => {}
            was => tracing::info!(agent = %id, ?was, "agent drained: its routes are gone"),
        }
        self.shared.sessions.send_modify(|_| {});
        self.shared.changed.notify_one();
        // A new process of it may be in already.
        let is_gone = |snapshot: &Arc<Snapshot>| {
            let word = snapshot.applied.get(&id);
            word.is_none_or(|(generation, _)| *generation > newest)
        };
        // What fails here is the merge, of which others are told.
        let _ = timeout(GONE_LIMIT, receipts.wait_for(is_gone)).await;
        Ok((was, sure))
    }

    /// Gives a lost agent up.
    ///
    /// # Errors
    /// If there is nothing to forget.
    pub fn forget(&self, id: &AgentId) -> Result<(), Unforgettable> {
        self.fleet().forget(id)?;
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
    pub fn pictures(&self) -> watch::Receiver<Arc<Picture>> {
        self.shared.pictures.subscribe()
    }

    /// The roster that agents are told now, and what it will be.
    pub fn roster(&self) -> watch::Receiver<Arc<Roster>> {
        self.shared.roster.subscribe()
    }

    /// False if the last merge failed: what is served is older than what is known.
    pub fn is_healthy(&self) -> bool {
        !self.shared.merge_failed.load(Ordering::Relaxed)
    }

    /// Lets time pass and takes all that a merge needs.
    fn look(&self, local: Arc<Local>) -> FleetView {
        let now = Instant::now();
        let mut fleet = self.fleet();
        fleet.tick(now);
        FleetView::of(&fleet, local, now)
    }

    async fn merge(&self, desk: &Desk, mut merger: Merger, view: FleetView) -> Merger {
        let fresh = merger.fresh();
        let shared = Arc::clone(&self.shared);
        let merged = desk.done(move || {
            // What a panic leaves behind in the merger is thrown away with it.
            let merge = AssertUnwindSafe(|| shared.merge(&mut merger, view));
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

    fn fleet(&self) -> MutexGuard<'_, Fleet> {
        // Changes under the lock are single assignments, so a poisoned fleet is still whole.
        self.shared
            .fleet
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    /// Merges, and tells Traefik first, then people, then the agents.
    fn merge(&self, merger: &mut Merger, mut view: FleetView) {
        let last = Arc::clone(&self.snapshots.borrow());
        let merged = merger.merge(&view, &last);
        if merged.ready && !last.ready {
            tell_ready(&merged);
        }
        let newest = match merged.is_same(&last) {
            true => last,
            false => Arc::new(merged),
        };
        self.snapshots.send_if_modified(|served| {
            let changed = !Arc::ptr_eq(served, &newest);
            *served = Arc::clone(&newest);
            changed
        });
        let roster = std::mem::take(&mut view.roster);
        let picture = merger.picture(Arc::clone(&newest), view);
        self.pictures.send_replace(Arc::new(picture));
        if !self.roster.borrow().is_of(&roster) {
            self.roster.send_replace(Arc::new(Roster::new(roster)));
        }
        self.receipts.send_if_modified(|told| {
            let changed = !Arc::ptr_eq(told, &newest);
            *told = newest;
            changed
        });
    }
}

impl Session {
    /// Takes the agent's word. False if it came too late.
    pub async fn replace(&self, seq: u64, routes: RouteSet) -> bool {
        let (agent, traefik) = (self.id.name.clone(), self.hub.shared.traefik);
        let containers = routes.engines.iter().map(|engine| engine.containers.len());
        let bytes = containers.sum::<usize>() * CONTAINER_SIZE;
        let word = move || Word::new(&agent, &routes, traefik);
        let word = aside_if_large(bytes, word).await;
        let now = Instant::now();
        let mut fleet = self.hub.fleet();
        let taken = fleet.replace(&self.id, self.generation, seq, word, now);
        drop(fleet);
        self.hub.shared.changed.notify_one();
        taken
    }

    /// The agent leaves; drained, its routes go at once.
    pub fn bye(&self, drain: bool) {
        if drain && self.hub.fleet().drain(&self.id, self.generation) {
            tracing::info!(agent = %self.id, "agent drained: its routes are gone");
            self.hub.shared.changed.notify_one();
        }
    }

    /// Returns when the session does not speak for the agent any more: why.
    pub async fn over(&self) -> Refused {
        let mut sessions = self.hub.shared.sessions.subscribe();
        loop {
            let end = {
                let fleet = self.hub.fleet();
                let speaks = fleet.speaker(&self.id) == Some(self.generation);
                (!speaks).then(|| fleet.end(&self.id, &self.instance))
            };
            if let Some(end) = end {
                return end;
            }
            if sessions.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if self
            .hub
            .fleet()
            .lose(&self.id, self.generation, Instant::now())
        {
            tracing::warn!(agent = %self.id, "agent lost: its routes are held");
            self.hub.shared.changed.notify_one();
        }
    }
}

fn tell_ready(snapshot: &Snapshot) {
    if snapshot.awaited.is_empty() {
        tracing::info!(
            agents = snapshot.applied.len(),
            "ready: /config is answered"
        );
    } else {
        let missing = snapshot.awaited.join(", ");
        tracing::error!(
            missing,
            "ready, but agents that were known before have not come back: their routes are gone"
        );
    }
}
