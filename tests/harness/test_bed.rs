//! Nothing in, the whole path out: hub, Traefik, a Docker host and the agent on it.

use anyhow::Result;

use super::{Agent, Engine, Hub, Traefik};

/// Everything that a request goes through.
#[derive(Debug)]
pub(crate) struct TestBed {
    // In the order in which they should end: the agent before its engine.
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
    /// Starts it all, without any container.
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
