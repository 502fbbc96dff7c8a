//! Starts the whole path of a request: hub, Traefik, a Docker host and its agent.

use anyhow::Result;

use super::{Agent, Engine, Hub, Traefik};

/// The whole path of a request.
#[derive(Debug)]
pub(crate) struct TestBed {
    // Dropped in this order: the agent ends before its engine.
    /// The agent.
    pub(crate) agent: Agent,
    /// The Docker host.
    pub(crate) engine: Engine,
    /// Traefik.
    pub(crate) traefik: Traefik,
    /// The hub.
    pub(crate) hub: Hub,
}

impl TestBed {
    /// Starts everything, without containers.
    pub(crate) async fn start() -> Result<Self> {
        Self::of(Hub::without_grace().await?).await
    }

    /// Starts the rest around this hub.
    pub(crate) async fn of(hub: Hub) -> Result<Self> {
        let engine = Engine::start("worker").await?;
        let traefik = Traefik::start(&hub).await?;
        let agent = engine.agent(&hub)?;
        Ok(Self {
            agent,
            engine,
            traefik,
            hub,
        })
    }
}
