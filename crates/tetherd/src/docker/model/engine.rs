//! Engines and what is known of them.

use std::net::IpAddr;
use std::sync::Arc;

use super::container::Container;
use crate::host::Host;

/// The current snapshot of one engine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Engine {
    /// Its address, as in `DOCKER_HOST`.
    pub endpoint: String,
    /// The way to it.
    pub reach: Reach,
    /// Its id, once it has answered.
    pub id: Option<String>,
    /// Its host's name, once it has answered.
    pub name: Option<String>,
    /// Set if it has answered and is rootless.
    pub rootless: Option<Rootless>,
    /// True once its containers were listed.
    pub listed: bool,
    /// Its running containers, sorted by id; while it cannot be listed, those of the last list.
    pub containers: Arc<Vec<Container>>,
    /// Why it cannot be listed now, and what to do.
    pub fault: Option<String>,
    /// Set if this is not an engine but the swarm that an engine manages.
    pub swarm: Option<Swarm>,
}

/// The way to an engine, as far as it tells where its machine is. By default a socket of this host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// The address of its machine that `DOCKER_HOST` gives after `#`.
    pub stated: Option<Host>,
    /// The other end of a TCP connection to it.
    pub peer: Option<IpAddr>,
    /// True if that is an address of this host.
    pub is_own: bool,
}

/// A kind of rootless engine. A program of its user forwards the traffic of its containers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rootless {
    /// Docker. Its host network is inside that program, not the host's.
    Docker,
    /// Podman. Its host network is the host's.
    Podman,
}

/// A swarm as one of its managers reports it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Swarm {
    /// The manager's address, as in `DOCKER_HOST`.
    pub manager: String,
    /// True while the manager is the leader and answers.
    pub leads: bool,
}

impl Engine {
    /// An engine that has not answered yet.
    pub fn at(endpoint: &impl ToString) -> Self {
        Self {
            endpoint: endpoint.to_string(),
            ..Self::default()
        }
    }

    /// The address that is asked: the engine's own, or that of a swarm's manager.
    pub fn asked_endpoint(&self) -> &str {
        let swarm = self.swarm.as_ref();
        swarm.map_or(&self.endpoint, |swarm| &swarm.manager)
    }
}
