//! The agent (tetherd): watches the Docker engines of one host and sends the routes that their
//! containers ask for to one or more hubs, over the wire `tether.v1`.
//!
//! Read the folders in this order, as the data goes: [`docker`] (engines to snapshots of their
//! containers), [`host`] (the address of this host), [`resolve`] (containers and the address to a
//! route set), [`hub`] (the route set to the hubs), [`inspect`] (what the agent tells about itself);
//! `agent` runs all of them. [`settings`] is what a user can set, `log` what the agent writes about
//! changes, [`commands`] the subcommands that end by themselves.

mod agent;
pub mod commands;
pub mod docker;
pub mod host;
pub mod hub;
pub mod inspect;
mod log;
pub mod resolve;
pub mod settings;

pub use agent::{Announcement, run, run_in_process};
pub use inspect::dry_run::route_set;
pub use settings::AgentConfig;
