//! The one kind of fault that is told from others: a hub answers and does not take this agent.

use std::fmt;

/// A hub answers and does not take this agent, so that somebody must act.
#[derive(Debug)]
pub(crate) struct Rejection(pub(crate) String);

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Rejection {}
