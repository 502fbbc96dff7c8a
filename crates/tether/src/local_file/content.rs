//! The content of the local file.

use traefik_config::Problem;

use crate::compile::AgentRoutes;

/// The good content of the local file at one moment.
#[derive(Debug, Clone, Default)]
pub struct LocalFile {
    /// Its elements; none if it has none.
    pub routes: Option<AgentRoutes>,
    /// The number of elements.
    pub elements: usize,
    /// Its problems.
    pub problems: Vec<Problem>,
}
