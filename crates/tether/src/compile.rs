//! `RouteSet` → `CompiledRoutes`. Runs once for each push, so that a merge only has to compare and
//! copy.

mod agent_routes;
mod claim;
mod cycles;
mod definition;
mod digest;
mod engine;
mod owner;
mod problems;
mod provider;
mod rendered;
mod target;

pub use agent_routes::{AgentRoutes, CompiledEngine, CompiledRoutes, Hold};
pub(crate) use claim::Claim;
pub(crate) use cycles::order;
pub(crate) use digest::{Hash, Signature, key_digest};
pub(crate) use engine::Node;
#[cfg(test)]
pub(crate) use owner::Home;
pub use owner::Owner;
pub(crate) use problems::cycle_problem;
pub(crate) use provider::{
    SHARED_PROVIDER, UNRESOLVED_PROVIDER, is_agent_name, is_internal, plain_name, split,
};
pub use rendered::{MergedElement, MergedServer};
pub(crate) use target::Target;
