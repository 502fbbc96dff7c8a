//! Containers and engines as the rest of the agent sees them: plain data, without any Docker API.

pub(crate) mod container;
pub(crate) mod engine;
