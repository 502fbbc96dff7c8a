//! Traefik's language, pure: what labels mean, how elements are linked, what Traefik accepts.
//!
//! Values in, values out: no IO, no clock. Bad input never is an `Err` for the whole, but a
//! [`Problem`] of its owner beside all that was good.

mod element;
mod problem;
mod route_set;

pub use element::{Element, Key, Kind, Section};
pub use problem::{Code, Origin, Problem, Severity};
pub use route_set::{Choice, Container, Engine, RouteSet};
