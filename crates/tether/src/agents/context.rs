//! All that a session of an agent needs of the hub.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::hub::Hub;

/// What the agents' endpoint needs.
#[derive(Debug, Clone)]
pub struct Agents {
    /// The hub.
    pub hub: Hub,
    /// Sessions outlive their request; the server waits for them.
    pub tasks: TaskTracker,
    /// Ends every session.
    pub shutdown: CancellationToken,
    /// The largest frame, in bytes.
    pub frame_limit: usize,
    /// How long a lost agent is held, as agents are told; none: for ever.
    pub lease: Option<Duration>,
}
