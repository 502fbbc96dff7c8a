//! The shared state of all sessions.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::hub::Hub;

/// The context of every session.
#[derive(Debug, Clone)]
pub struct AgentContext {
    /// The hub.
    pub hub: Hub,
    /// Sessions outlive their request, so the server waits for these tasks.
    pub tasks: TaskTracker,
    /// Ends every session.
    pub shutdown: CancellationToken,
    /// The largest frame, in bytes.
    pub frame_limit: usize,
    /// How long a lost agent is held, for the welcome; unlimited if none.
    pub lease: Option<Duration>,
}
