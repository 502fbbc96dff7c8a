//! The newest results of all servers.

use std::collections::BTreeMap;
use std::sync::Arc;

use traefik_config::Problem;

use super::finding::{NotTried, Reachability};
use super::targets::{Target, of_service};
use crate::compile::{MergedElement, MergedServer};

/// The newest results of all servers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Results {
    pub(super) known: BTreeMap<Arc<Target>, Reachability>,
    /// The problems of each environment that has any, sorted by origin.
    pub problems: BTreeMap<String, Vec<Problem>>,
}

impl Results {
    /// What the hub knows of each server of a service, in the order of `servers`, with the address
    /// for people.
    pub fn of_service(&self, service: &MergedElement) -> Vec<(Reachability, String)> {
        let targets = of_service(service).zip(&service.servers);
        let row = |(target, server): (Result<Target, NotTried>, &MergedServer)| match target {
            Ok(target) => (self.of(&target), target.to_string()),
            Err(why) => (Reachability::NotTried(why), server.address.to_string()),
        };
        targets.map(row).collect()
    }

    /// The problems of this environment.
    pub fn problems(&self, env: &str) -> &[Problem] {
        self.problems.get(env).map_or(&[], Vec::as_slice)
    }

    /// What the hub knows of one server.
    pub(super) fn of(&self, target: &Target) -> Reachability {
        self.known.get(target).copied().unwrap_or_default()
    }
}
