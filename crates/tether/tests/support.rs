//! A hub on a free port, agents and readers for it, and the messages that they send.

mod agent;
mod events;
mod hub;
mod legacy_agent;
mod line;
mod messages;
mod wait;

pub use agent::Agent;
pub use hub::TestHub;
pub use legacy_agent::LegacyAgent;
pub use line::Line;
pub use messages::{hello, router, routes};
pub use wait::within;
