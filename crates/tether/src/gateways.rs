//! Reads back from each gateway's API what Traefik does with the configuration that it is served.
//!
//! Each gateway has a loop of its own in [`watch`]: [`look`] reads the API, [`judge`] compares it
//! with the snapshot, and [`problems`] says what Traefik refuses.

mod api;
mod client;
mod compare;
mod gateway;
mod judge;
mod look;
mod observed;
mod pace;
mod problems;
#[cfg(test)]
mod testing;
mod view;
mod warnings;
mod watch;
mod watcher;

pub use gateway::Gateway;
pub use observed::Observed;
pub use view::{EntryPoint, GatewayState, GatewayView, Note, Status, Verdict, Verdicts};
pub use watch::run;
