//! The agent (tetherd): watches the Docker engines of one host and tells the hub which routes
//! their containers ask for. Settings enter, route sets leave over the wire `tether.v1`.

pub mod address;
mod complaint;
pub mod docker;
pub mod environment;
pub mod server_url;
pub mod settings;

pub use settings::AgentConfig;
use tokio_util::sync::CancellationToken;

/// Runs an agent until `shutdown` is cancelled; faults of engines and hubs are outlived.
///
/// # Errors
/// If the configuration cannot work at all: `ca_file` cannot be read.
pub async fn run(config: AgentConfig, shutdown: CancellationToken) -> anyhow::Result<()> {
    let _ = config;
    shutdown.cancelled().await;
    Ok(())
}
