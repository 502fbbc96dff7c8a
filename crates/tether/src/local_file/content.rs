//! The content of the local file.

use traefik_config::Problem;

use crate::compile::AgentRoutes;

/// What the local file says at this moment, as far as it is good.
#[derive(Debug, Clone, Default)]
pub struct LocalFile {
    /// Its elements; none if there are none.
    pub routes: Option<AgentRoutes>,
    /// How many there are.
    pub elements: usize,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}
