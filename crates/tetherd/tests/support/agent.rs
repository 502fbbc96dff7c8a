//! An agent in this process, between a simulated engine and a fake hub.

use tether_proto::Token;
use tetherd::AgentConfig;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::docker::Docker;
use super::fake_hub::{FakeHub, TOKEN};

/// Its end, and what ends it.
pub type Running = (JoinHandle<anyhow::Result<()>>, CancellationToken);

/// The settings of an agent of this engine and this hub.
pub fn config(docker: &Docker, hub: &FakeHub) -> AgentConfig {
    let mut config = AgentConfig::new(&hub.url(), &docker.endpoint).unwrap();
    config.token = Token::new(TOKEN);
    config.host_address = Some("127.0.0.1".parse().unwrap());
    config
}

/// Starts an agent of this engine and this hub.
pub fn agent(docker: &Docker, hub: &FakeHub) -> Running {
    run(config(docker, hub))
}

/// Starts an agent with these settings.
pub fn run(config: AgentConfig) -> Running {
    let shutdown = CancellationToken::new();
    let task = tokio::spawn(tetherd::run(config, shutdown.clone()));
    (task, shutdown)
}
