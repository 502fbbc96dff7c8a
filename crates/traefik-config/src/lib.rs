//! Implements Traefik's language: labels, linking, rules, validation.
//!
//! Everything is pure: no IO, no clock. Bad input is never an `Err` for the whole, but a
//! [`Problem`] of its owner beside the good input.

pub mod configuration;
mod constraints;
mod default_rule;
pub mod defaults;
mod element;
pub mod engine;
pub mod file_template;
pub mod labels;
pub mod link;
mod names;
mod problem;
pub mod references;
mod route_set;
pub mod rule;
mod schema;
mod text;
pub mod validate;
mod values;
mod version;

pub use constraints::Constraints;
pub use default_rule::DefaultRule;
pub use go_compat::excerpt::shown;

pub use element::{Element, Key, Kind, Section, is_global};
pub use problem::{Code, Origin, Problem, Severity};
pub use route_set::{Choice, Container, Engine, RouteSet, Swarm};
pub use values::middleware_problems;
pub use version::TraefikVersion;
