//! Elements as they are served to Traefik.

use std::sync::Arc;

use serde_json::Value;
use traefik_config::{Key, Origin};

use super::owner::Owner;

/// One element as it is served.
#[derive(Debug, Clone, PartialEq)]
pub struct MergedElement {
    /// Its section, kind and final name.
    pub key: Arc<Key>,
    /// The same with the name that its owners gave it.
    pub declared: Arc<Key>,
    /// Its definition as JSON, with servers and final references, names sorted.
    pub body: Box<str>,
    /// True if no container defines it explicitly.
    pub implicit: bool,
    /// The containers that ask for it, by precedence.
    pub owners: Box<[Owner]>,
    /// The origins of the servers in the body, in the same order.
    pub servers: Box<[MergedServer]>,
}

/// One server of a load balancer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergedServer {
    /// The URL or address as Traefik sees it.
    pub address: Arc<str>,
    /// The container behind it.
    pub owner: Owner,
    /// The reason for this address and port; empty if a label sets them.
    pub reason: Arc<str>,
    /// The container's own port, if its host publishes it as another one.
    pub container_port: Option<u16>,
    /// Its port of the service's health check, if it is another one than written; 0 if it cannot be
    /// reached.
    pub health_port: Option<u16>,
    /// True if its agent is not connected.
    pub held: bool,
}

impl MergedElement {
    /// Its definition as a value.
    pub fn value(&self) -> Value {
        serde_json::from_str(&self.body).expect("it was written as JSON")
    }

    /// The origins of the containers that ask for it, by precedence.
    pub fn origins(&self) -> impl Iterator<Item = Origin> {
        self.owners.iter().map(Owner::origin)
    }
}
