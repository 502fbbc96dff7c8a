//! The membership of a connected agent.

use std::sync::Arc;
use std::time::Instant;

use traefik_config::RouteSet;

use super::shared::Shared;
use crate::blocking::offload_if_large;
use crate::compile::CompiledRoutes;
use crate::fleet::{AgentId, Generation, Rejection};

/// What a container's elements take on the wire, about, in bytes.
const CONTAINER_SIZE: usize = 1024;

/// One session's hold on its agent. Dropped without [`Membership::bye`], the agent is held.
#[derive(Debug)]
pub struct Membership {
    shared: Arc<Shared>,
    /// The agent.
    pub id: AgentId,
    /// The session's number.
    pub generation: Generation,
    instance: String,
}

impl Membership {
    pub(super) fn new(
        shared: Arc<Shared>,
        id: AgentId,
        generation: Generation,
        instance: String,
    ) -> Self {
        Self {
            shared,
            id,
            generation,
            instance,
        }
    }

    /// Takes the agent's word. False if it came too late.
    pub async fn replace(&self, seq: u64, routes: RouteSet) -> bool {
        let (agent, traefik) = (self.id.name.clone(), self.shared.traefik);
        let containers = routes.engines.iter().map(|engine| engine.containers.len());
        let bytes = containers.sum::<usize>() * CONTAINER_SIZE;
        let compile = move || CompiledRoutes::new(&agent, &routes, traefik);
        let routes = offload_if_large(bytes, compile).await;
        let now = Instant::now();
        let mut fleet = self.shared.fleet();
        let taken = fleet.replace(&self.id, self.generation, seq, routes, now);
        drop(fleet);
        self.shared.changed.notify_one();
        taken
    }

    /// The agent leaves; drained, its routes go at once.
    pub fn bye(&self, drain: bool) {
        if drain && self.shared.fleet().drain(&self.id, self.generation) {
            tracing::info!(agent = %self.id, "agent drained: its routes are gone");
            self.shared.changed.notify_one();
        }
    }

    /// Returns when the session does not speak for the agent any more: why.
    pub async fn over(&self) -> Rejection {
        let mut sessions = self.shared.sessions.subscribe();
        loop {
            let end = {
                let fleet = self.shared.fleet();
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
