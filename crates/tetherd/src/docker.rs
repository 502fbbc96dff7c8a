//! A Docker engine's events in, an inert snapshot of its running containers out. Only this
//! module knows bollard.
//!
//! Read in this order: `endpoint`, `container` (what a snapshot is), `watch` (the loop), `marks`
//! (what events tell that lists do not), `survey` (an engine asked once), `client` and `read` (bollard's edge).

mod client;
mod container;
mod endpoint;
mod marks;
mod read;
mod survey;
mod watch;

pub use container::{Attachment, Container, Health, Idle, Network, Port, Protocol};
pub use endpoint::Endpoint;
pub use survey::{Survey, idle, survey};
pub use watch::{Engine, watch};

/// The id and the host name of an engine.
///
/// # Errors
/// If it does not answer.
pub(crate) async fn identity(
    endpoint: &Endpoint,
) -> anyhow::Result<(Option<String>, Option<String>)> {
    client::Client::connect(endpoint).await?.identity().await
}
