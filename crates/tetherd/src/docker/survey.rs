//! An engine's address in, what it says when it is asked once out.

use std::sync::Arc;

use super::client::Client;
use super::container::Idle;
use super::endpoint::Endpoint;
use super::watch::Engine;

/// What an engine says when it is asked once.
#[derive(Debug, Clone, Default)]
pub struct Survey {
    /// Itself and what runs there. Nothing is known of stop signals that were sent before.
    pub engine: Engine,
    /// What does not run there; empty if the engine does not tell.
    pub idle: Vec<Idle>,
}

/// Asks an engine once.
///
/// # Errors
/// If it cannot be listed: what happened and what to do.
pub async fn survey(endpoint: &Endpoint) -> anyhow::Result<Survey> {
    let client = Client::connect(endpoint).await?;
    let (id, name) = client.identity().await?;
    let containers = Arc::new(client.list().await?);
    Ok(Survey {
        engine: Engine {
            endpoint: endpoint.to_string(),
            id,
            name,
            listed: true,
            containers,
            fault: None,
        },
        // It is told for completeness only, and what runs is known without.
        idle: client.idle().await.unwrap_or_default(),
    })
}

/// The containers of an engine that do not run.
///
/// # Errors
/// As [`survey`].
pub async fn idle(endpoint: &Endpoint) -> anyhow::Result<Vec<Idle>> {
    Client::connect(endpoint).await?.idle().await
}
