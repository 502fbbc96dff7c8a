//! The contract between the agent and the hub.
//!
//! An agent sends its [`RouteSet`], the routes of all its engines, whenever it changes. Each one
//! replaces the previous one.
//!
//! On the wire `tether.v1` the messages are JSON text frames tagged by `type`. Unknown types and
//! fields are ignored, so either side may be newer. Both sides ping every [`PING_INTERVAL`] and
//! close the connection after [`SILENCE_LIMIT`] without an answer.

mod legacy;
mod message;
mod token;

use std::time::Duration;

pub use legacy::{LEGACY_FRAME_LIMIT, LegacyFrame};
pub use message::{
    AgentMessage, Applied, DEFAULT_ENV, Drain, EngineId, Hello, HubMessage, Limits, PriorState,
    RejectCode, Routes, Verdict, Welcome,
};
pub use token::Token;
pub use traefik_config::{Choice, Container, Engine, RouteSet, Swarm};

/// The WebSocket subprotocol that names this wire.
pub const SUBPROTOCOL: &str = "tether.v1";

/// The path at which agents connect to the hub.
pub const AGENT_PATH: &str = "/api/ws";

/// Each side pings the other this often.
pub const PING_INTERVAL: Duration = Duration::from_secs(5);

/// A side closes the connection after this much silence: three pings.
pub const SILENCE_LIMIT: Duration = Duration::from_secs(15);

/// The largest frame that a hub accepts by default, in bytes.
pub const FRAME_LIMIT: usize = 8 * 1024 * 1024;

/// The longest name of an agent or environment, in bytes.
pub const NAME_LIMIT: usize = 253;

/// The largest frame that an agent accepts from a hub, in bytes: verdicts and rosters are small.
pub const HUB_FRAME_LIMIT: usize = 4 * 1024 * 1024;
