//! Answers HTTP requests: `/config` for Traefik, and the small endpoints next to it.

pub mod config;
mod connection;
mod csrf;
mod encoding;
pub mod etag;
pub mod forget;
mod forwarded;
mod last_served;
pub mod legacy_api;
pub mod probes;
mod query;
mod server;

pub use config::ConfigEndpoint;
pub use connection::Conn;
pub use csrf::{is_own_page, not_own_page};
pub use forwarded::is_forwarded;
pub use server::serve;
