//! Traefik's language, pure: what labels mean, how elements are linked, what Traefik accepts.
//!
//! Values in, values out: no IO, no clock. Bad input never is an `Err` for the whole, but a
//! [`Problem`] of its owner beside all that was good.

mod characters;
pub mod configuration;
mod constraints;
mod default_rule;
pub mod defaults;
mod element;
pub mod engine;
mod go;
pub mod labels;
pub mod link;
mod problem;
pub mod references;
mod route_set;
pub mod rule;
mod schema;
mod shape;
mod suggest;
mod template;
pub mod validate;
mod version;

pub use characters::shown;
pub use constraints::Constraints;
pub use default_rule::DefaultRule;
pub use element::{Element, Key, Kind, Section, is_global};
pub use problem::{Code, Origin, Problem, Severity};
pub use route_set::{Choice, Container, Engine, RouteSet, Swarm};
pub use version::TraefikVersion;
