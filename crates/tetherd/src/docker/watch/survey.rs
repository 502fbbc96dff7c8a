//! Asks an engine once.

use std::sync::Arc;

use crate::docker::api::client::{Client, Identity};
use crate::docker::api::endpoint::Endpoint;
use crate::docker::model::container::Idle;
use crate::docker::model::engine::Engine;
use crate::docker::swarm;

/// The answers of an engine that is asked once.
#[derive(Debug, Clone, Default)]
pub struct Survey {
    /// Itself and what runs there. Nothing is known of stop signals that were sent before.
    pub engine: Engine,
    /// The containers that do not run; empty if the engine does not report them.
    pub idle: Vec<Idle>,
}

/// Asks an engine once, and with `swarm` the swarm that it manages.
///
/// # Errors
/// If the engine cannot be listed: what happened and what to do.
pub async fn survey(endpoint: &Endpoint, swarm: bool) -> anyhow::Result<Vec<Survey>> {
    let client = Client::connect(endpoint).await?;
    let Identity { id, name, rootless } = client.identity().await?;
    let containers = Arc::new(client.list().await?);
    let mut surveys = vec![Survey {
        engine: Engine {
            id,
            name,
            rootless,
            reach: client.reach(),
            listed: true,
            containers,
            ..Engine::at(endpoint)
        },
        // It is told for completeness only, and what runs is known without.
        idle: client.idle().await.unwrap_or_default(),
    }];
    if swarm {
        let found = swarm::survey(endpoint).await;
        let found = found.unwrap_or_else(|error| {
            let engine = Engine {
                fault: Some(format!("{error:#}")),
                ..swarm::engine_at(endpoint, false)
            };
            Some((engine, Vec::new()))
        });
        surveys.extend(found.map(|(engine, idle)| Survey { engine, idle }));
    }
    Ok(surveys)
}

/// The containers of this engine that do not run; of a swarm, the tasks that are to run.
///
/// # Errors
/// As [`survey`].
pub async fn idle(endpoint: &Endpoint, engine: &Engine) -> anyhow::Result<Vec<Idle>> {
    if engine.swarm.is_none() {
        return Client::connect(endpoint).await?.idle().await;
    }
    let found = swarm::survey(endpoint).await?;
    Ok(found.map_or(Vec::new(), |(_, idle)| idle))
}

/// Asks an engine for its identity.
///
/// # Errors
/// If it does not answer.
pub(crate) async fn identity(endpoint: &Endpoint) -> anyhow::Result<Identity> {
    Client::connect(endpoint).await?.identity().await
}
