//! The dashboard: shows agents, routes and problems in a browser.

pub mod assets;
mod diff;
pub mod events;
mod feed;
mod rows;
pub mod state;
#[cfg(test)]
mod wire;

pub use feed::Feed;
