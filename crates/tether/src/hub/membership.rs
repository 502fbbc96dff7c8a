//! The hold of a session on its agent.

use std::sync::Arc;
use std::time::Instant;

use tether_proto::{RejectCode, RouteSet};
use traefik_config::TraefikVersion;

use super::shared::Shared;
use crate::blocking::offload_if_large;
use crate::compile::CompiledRoutes;
use crate::fleet::{AgentId, Generation, Rejection};

/// The size of a container's elements on the wire, approximately.
const CONTAINER_BYTES: usize = 1024;

/// The hold of a session on its agent. If it is dropped without [`Membership::leave`], the agent is
/// held.
#[derive(Debug)]
pub struct Membership {
    shared: Arc<Shared>,
    /// The agent.
    pub id: AgentId,
    /// The session's number.
    pub generation: Generation,
    instance: String,
    /// True for the agent inside the hub.
    in_process: bool,
    /// The version of Traefik that its routes are compiled for.
    traefik: TraefikVersion,
}

impl Membership {
    pub(super) fn new(
        shared: Arc<Shared>,
        id: AgentId,
        generation: Generation,
        instance: String,
    ) -> Self {
        let traefik = *shared.traefik.borrow();
        Self {
            shared,
            id,
            generation,
            instance,
            in_process: false,
            traefik,
        }
    }

    /// The same for the agent inside the hub.
    #[must_use]
    pub(super) fn in_process(mut self) -> Self {
        self.in_process = true;
        self
    }

    /// Replaces the agent's routes. Returns false if they are outdated.
    pub async fn replace(&self, seq: u64, routes: RouteSet) -> bool {
        let (agent, traefik) = (self.id.name.clone(), self.traefik);
        let containers = routes.engines.iter().map(|engine| engine.containers.len());
        let bytes = containers.sum::<usize>() * CONTAINER_BYTES;
        let of_gateway = self.in_process;
        let compile = move || CompiledRoutes {
            of_gateway,
            ..CompiledRoutes::new(&agent, &routes, traefik)
        };
        let routes = offload_if_large(bytes, compile).await;
        let now = Instant::now();
        let mut fleet = self.shared.fleet();
        let taken = fleet.replace(&self.id, self.generation, seq, routes, now);
        drop(fleet);
        self.shared.changed.notify_one();
        taken
    }

    /// Ends the session. With `drain` the agent's routes are removed at once.
    pub fn leave(&self, drain: bool) {
        if drain && self.shared.fleet().drain(&self.id, self.generation) {
            tracing::info!(agent = %self.id, "agent drained: its routes are removed");
            self.shared.changed.notify_one();
        }
    }

    /// Waits until the session has ended, and returns the reason.
    pub async fn ended(&self) -> Rejection {
        let mut sessions = self.shared.sessions.subscribe();
        loop {
            let end = {
                let fleet = self.shared.fleet();
                let is_current = fleet.current_session(&self.id) == Some(self.generation);
                (!is_current).then(|| fleet.end_reason(&self.id, &self.instance))
            };
            if let Some(end) = end.or_else(|| self.outdated()) {
                return end;
            }
            if sessions.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// The reason for the end of the session if its routes are compiled for another version of
    /// Traefik: the hub keeps only the result, so the agent has to send them again.
    fn outdated(&self) -> Option<Rejection> {
        let traefik = *self.shared.traefik.borrow();
        (traefik != self.traefik).then(|| Rejection {
            code: RejectCode::Restarting,
            message: format!(
                "the hub serves Traefik {traefik} from now on: reconnect, and send the routes again"
            ),
        })
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        if self
            .shared
            .fleet()
            .disconnect(&self.id, self.generation, Instant::now())
        {
            tracing::warn!(agent = %self.id, "agent lost: its routes are held");
            self.shared.changed.notify_one();
        }
    }
}
