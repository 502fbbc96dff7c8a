//! Turns the fleet and the local file into the served configuration, and reuses what has not
//! changed.

mod document;
mod merger;
mod snapshot;

pub use document::{to_json, to_yaml};
pub use merger::Merger;
pub use snapshot::{Config, Environment, Form, Format, Snapshot};
