//! The configuration of one environment.

use traefik_config::Problem;
use traefik_config::references::Reference;

use super::elements::Elements;
use crate::compile::{MergedElement, plain_name};

/// One environment's configuration, with where everything comes from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Merged {
    /// What Traefik gets.
    pub elements: Elements,
    /// All that is not as its owner asked for, sorted; what the containers said themselves
    /// included, each with agent and engine.
    pub problems: Vec<Problem>,
}

impl Merged {
    /// The element that a reference in a merged body means; none if it is another provider's or
    /// unresolved.
    pub fn target(&self, reference: &Reference) -> Option<&MergedElement> {
        let name = plain_name(&reference.name)?;
        let key = reference.key(name);
        self.elements.get(&key).map(|element| &**element)
    }
}
