//! The merged configuration of one environment.

use std::sync::Arc;

use traefik_config::Problem;
use traefik_config::references::Reference;

use super::elements::Elements;
use crate::compile::{MergedElement, plain_name};

/// One environment's configuration, with the origin of everything in it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Merged {
    /// The elements for Traefik.
    pub elements: Elements,
    /// All problems, sorted, including those that the agents reported, each with agent and engine.
    pub problems: Vec<Problem>,
}

impl Merged {
    /// The element that a reference in a merged definition means; none if it is another provider's
    /// or missing.
    pub fn target(&self, reference: &Reference) -> Option<&Arc<MergedElement>> {
        let name = plain_name(&reference.name)?;
        let key = reference.key(name);
        self.elements.get(&key)
    }
}
