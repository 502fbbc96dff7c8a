//! The wire before `tether.v1`, which is spoken where the subprotocol is not granted.
//!
//! The agent sends its whole configuration as one text frame whenever it changes; the hub sends
//! nothing. There are no containers, no receipts and no goodbye: who closes is held.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The largest frame that a hub of this wire takes, in bytes: it closes the connection for a
/// larger one. Ours takes [`crate::FRAME_LIMIT`].
pub const LEGACY_FRAME_LIMIT: usize = 32 * 1024;

/// A message of an agent on this wire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LegacyFrame {
    /// The environment; empty means the default one.
    #[serde(default)]
    pub env: String,
    /// The agent's name. Frames without one say nothing.
    #[serde(default)]
    pub name: String,
    /// A whole dynamic configuration of Traefik, which replaces the one before; an empty one has
    /// no routes, none says nothing.
    #[serde(default)]
    pub config: Option<Map<String, Value>>,
}
