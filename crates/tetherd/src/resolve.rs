//! Resolves containers: reads what each asks for and finds the host and port at which a gateway
//! reaches it.
//!
//! Read in this order: `context` (the input beside a container), `container` (one container) over
//! `skip_reason`, `elements`, `labels`, `service` and `health_check`; `service` (one server) over
//! `node`, `port` and `binding`; `engine_address` (where an
//! engine's machine is), `route_set` (all engines), `publication` (kept current).

mod binding;
mod container;
mod context;
mod elements;
mod engine_address;
mod health_check;
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
