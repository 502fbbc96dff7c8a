//! The wire before `tether.v1`, for peers that do not support the subprotocol.
//!
//! The agent sends its whole configuration as one text frame whenever it changes; the hub sends
//! nothing. There are no containers, no receipts and no `bye`: an agent that closes the connection
//! is held.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The largest frame that a hub of the Go pair accepts, in bytes: it closes the connection on a
/// larger one. Ours accepts [`crate::FRAME_LIMIT`].
pub const LEGACY_FRAME_LIMIT: usize = 32 * 1024;

/// A message of an agent on this wire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LegacyFrame {
    /// The environment; empty means the default one.
    #[serde(default)]
    pub env: String,
    /// The agent's name. Frames without one are ignored.
    #[serde(default)]
    pub name: String,
    /// A whole dynamic configuration of Traefik, which replaces the previous one. An empty one
    /// removes all routes; a frame without one changes nothing.
    #[serde(default)]
    pub config: Option<Map<String, Value>>,
}
