//! `RouteSet` → `CompiledRoutes`. Runs once for each push, so that a merge only has to compare and
//! copy.

mod agent_routes;
mod claim;
mod cycles;
mod definition;
mod digest;
mod engine;
mod hints;
mod owner;
mod provider;
mod rendered;

pub use agent_routes::{AgentRoutes, CompiledEngine, CompiledRoutes, Hold};
pub(crate) use claim::Claim;
pub(crate) use cycles::order;
pub(crate) use digest::{Hash, Signature, key_digest};
pub(crate) use engine::{Node, Target, cycle_problem};
#[cfg(test)]
pub(crate) use owner::Home;
pub use owner::Owner;
pub(crate) use provider::{
    SHARED_PROVIDER, UNRESOLVED_PROVIDER, is_agent_name, is_internal, plain_name, split,
};
pub use rendered::{MergedElement, MergedServer};
