//! Elements as Traefik gets them.

use std::sync::Arc;

use serde_json::Value;
use traefik_config::{Key, Origin};

use super::owner::Owner;

/// One element as Traefik gets it.
#[derive(Debug, Clone, PartialEq)]
pub struct MergedElement {
    /// Its section, kind and final name.
    pub key: Arc<Key>,
    /// Its whole definition as JSON, servers and final references included, names sorted.
    pub body: Box<str>,
    /// True if nobody wrote it down.
    pub implicit: bool,
    /// The containers that ask for it, the first in precedence first.
    pub owners: Box<[Owner]>,
    /// Where the servers in the body come from, in the same order.
    pub servers: Box<[MergedServer]>,
}

/// One server of a load balancer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergedServer {
    /// The URL or address as Traefik sees it.
    pub address: Arc<str>,
    /// The container behind it.
    pub owner: Owner,
    /// Why this address and port; empty if a label gave them.
    pub reason: Arc<str>,
    /// True if its agent is not heard.
    pub held: bool,
}

impl MergedElement {
    /// Its definition as a value.
    pub fn value(&self) -> Value {
        serde_json::from_str(&self.body).expect("it was written as JSON")
    }

    /// The containers that ask for it, the first in precedence first.
    pub fn origins(&self) -> impl Iterator<Item = Origin> {
        self.owners.iter().map(Owner::origin)
    }
}
