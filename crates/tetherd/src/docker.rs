//! A Docker engine's events in, an inert snapshot of its running containers out. Only this
//! module knows the Docker API.
//!
//! Read in this order: `place` and `endpoint` (where engines are), `engine` and `container` (what a
//! snapshot is), `engines` (all loops), `watch` (the loop of one), `marks` (what events tell that
//! lists do not), `swarm` (what a manager tells of all nodes), `survey` (an engine asked once),
//! `client` (what is asked), `transport` and `tls` (how), `answer`, `read`, `podman` and `stream`
//! (what comes back), `fault` (what may fail, in words).

mod answer;
mod client;
mod container;
mod endpoint;
mod engine;
mod engines;
mod fault;
mod marks;
mod place;
mod podman;
mod read;
mod stream;
mod survey;
mod swarm;
mod tls;
mod transport;
mod watch;

pub(crate) use client::Identity;
pub use container::{Attachment, Container, Health, Idle, Network, Port, Protocol, Task};
pub use endpoint::Endpoint;
pub use engine::{Engine, Rootless, Swarm};
pub use engines::watch_all;
pub use place::{Place, nowhere, present};
pub use survey::{Survey, idle, survey};
pub use tls::Certificates;
pub use watch::watch;

/// Who an engine is.
///
/// # Errors
/// If it does not answer.
pub(crate) async fn identity(endpoint: &Endpoint) -> anyhow::Result<Identity> {
    client::Client::connect(endpoint).await?.identity().await
}
