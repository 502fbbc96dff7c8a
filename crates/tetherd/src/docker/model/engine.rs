//! An engine as the agent knows it at one moment.

use std::sync::Arc;

use super::container::Container;

/// What is known of one engine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Engine {
    /// Where it is, as `DOCKER_HOST` writes it.
    pub endpoint: String,
    /// Its id, once it was heard.
    pub id: Option<String>,
    /// Its host's name, once it was heard.
    pub name: Option<String>,
    /// Set if it was heard that it runs without root's rights.
    pub rootless: Option<Rootless>,
    /// True once it was listed.
    pub listed: bool,
    /// Its running containers, sorted by id: the last word while it cannot be listed.
    pub containers: Arc<Vec<Container>>,
    /// Why it cannot be listed at this moment, and what to do.
    pub fault: Option<String>,
    /// Set if this is not the engine but the swarm that it manages.
    pub swarm: Option<Swarm>,
}

/// An engine that runs without root's rights: its containers go out through a program of its user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rootless {
    /// Docker, whose host network is one within that program, and not the host's.
    Docker,
    /// Podman, whose host network is the host's.
    Podman,
}

/// A swarm, as one of its managers tells of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Swarm {
    /// Where the manager is, as `DOCKER_HOST` writes it.
    pub manager: String,
    /// True while the manager leads the others and can be asked.
    pub leads: bool,
}

impl Engine {
    /// An engine of which nothing is known but where it is.
    pub fn at(endpoint: &impl ToString) -> Self {
        Self {
            endpoint: endpoint.to_string(),
            ..Self::default()
        }
    }

    /// The address of the engine itself, or of the manager of a swarm.
    pub fn host(&self) -> &str {
        let swarm = self.swarm.as_ref();
        swarm.map_or(&self.endpoint, |swarm| &swarm.manager)
    }
}
