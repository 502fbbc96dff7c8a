//! Answers questions about the agent on its own host: what becomes of each container and why, and
//! whether the agent works.
//!
//! Read in this order: `explain` (the answer and its page), `health`, `status` (what a running
//! agent answers), `control_socket` (how it is asked), `dry_run` (the answer without an agent).

pub(crate) mod control_socket;
pub(crate) mod dry_run;
pub mod explain;
pub(crate) mod health;
pub(crate) mod status;
