//! Resolves containers: finds out what each asks for and at which host and port a gateway reaches
//! it.
//!
//! Read in this order: `context` (what a container is resolved against), `container` (one
//! container) over `skip_reason`, `elements`, `labels` and `service`, `service` over `node`, `port`
//! and `binding` (one server), `route_set` (all engines), `publication` (kept current).

mod binding;
mod container;
mod context;
mod elements;
mod labels;
mod node;
mod port;
pub(crate) mod publication;
pub(crate) mod route_set;
mod service;
mod skip_reason;

pub use container::{Outcome, outcome, resolve};
pub use context::ResolveContext;
pub use elements::{asked, bears_labels, origin};
pub use skip_reason::{SkipReason, skip_reason};
