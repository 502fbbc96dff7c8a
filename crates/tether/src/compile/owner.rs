//! The containers and files that ask for elements.

use std::sync::Arc;

use traefik_config::Origin;

/// The origin of elements: one engine of one agent, or the hub's local file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Home {
    /// The agent's name; empty for the local file.
    pub(crate) agent: String,
    /// The engine's endpoint.
    pub(crate) endpoint: String,
    /// True for the local file.
    pub(crate) local: bool,
}

/// A container that asks for an element, or a local file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    pub(crate) home: Arc<Home>,
    pub(crate) container: Arc<str>,
}

impl Owner {
    /// The agent's name; none for the local file.
    pub fn agent(&self) -> Option<&str> {
        (!self.home.local).then_some(&self.home.agent)
    }

    /// The origin: agent, engine and container as far as they are known, or the local file.
    pub fn origin(&self) -> Origin {
        let named = |name: &str| Some(name.to_owned()).filter(|name| !name.is_empty());
        if self.home.local {
            return Origin {
                file: named(&self.container),
                ..Origin::default()
            };
        }
        Origin {
            agent: Some(self.home.agent.clone()),
            engine: named(&self.home.endpoint),
            container: named(&self.container),
            ..Origin::default()
        }
    }
}
