//! Speaks the Docker API: asks one engine and turns its answers into the types of
//! [`model`](super::model).
//!
//! Read in this order: `endpoint` (where an engine is), `transport` over `tls` (how requests reach
//! it), `client` over `query` (what is asked), `answer`, `read`, `podman`, `stream` and `event`
//! (what comes back), `error` (what can fail).

pub(crate) mod answer;
pub(crate) mod client;
pub(crate) mod endpoint;
pub(crate) mod error;
pub(crate) mod event;
mod podman;
pub(crate) mod query;
pub(crate) mod read;
mod stream;
pub(crate) mod tls;
mod transport;
