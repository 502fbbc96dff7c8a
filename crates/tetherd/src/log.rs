//! Writes log lines about what changes, without repeating itself.

pub(crate) mod changes;
pub(crate) mod fault_log;
