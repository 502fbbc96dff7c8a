//! Accepts agents and passes their routes to the hub.

mod context;
mod endpoint;
pub(crate) mod in_process;
mod keep_alive;
mod legacy;
pub mod legacy_frame;
mod observed;
mod session;
mod socket;
mod upgrade;
mod verdicts;

pub use context::AgentContext;
pub use endpoint::upgrade;
