//! Merge rule 1: one engine's containers in, its elements out, each name with one definition.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{Engine, Key, Problem};

/// What one engine's containers ask for together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct United {
    /// The engine's endpoint.
    pub endpoint: String,
    /// One definition for each name.
    pub elements: BTreeMap<Key, UnitedElement>,
    /// Why containers were left out, and what the containers said themselves; the origin has
    /// engine and container.
    pub problems: Vec<Problem>,
}

/// One element, and the containers that ask for it.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitedElement {
    /// Its definition; the servers of a load balancer are apart.
    pub body: Value,
    /// True if none of its owners wrote it down.
    pub implicit: bool,
    /// The names of the containers that ask for it, the first in precedence first.
    pub owners: Vec<String>,
    /// The servers of its load balancer, sorted.
    pub servers: Vec<UnitedServer>,
}

/// One server of a load balancer.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitedServer {
    /// Its definition.
    pub body: Value,
    /// The container behind it.
    pub container: String,
    /// True if that container is about to stop.
    pub stopping: bool,
    /// Why this address and port; empty if a label gave them.
    pub reason: String,
}

/// Makes one engine's containers one.
pub fn unite(engine: &Engine) -> United {
    United {
        endpoint: engine.endpoint.clone(),
        ..United::default()
    }
}
