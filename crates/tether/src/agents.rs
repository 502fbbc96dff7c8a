//! The agents' door: their connections in, the verbs of the hub called.

mod context;
mod endpoint;
pub(crate) mod in_process;
mod legacy;
pub mod legacy_frame;
mod observed;
mod session;
mod socket;
mod upgrade;
mod verdicts;

pub use context::Agents;
pub use endpoint::upgrade;
