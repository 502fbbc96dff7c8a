//! Reads what runs on Docker engines. Only this folder knows the Docker API.
//!
//! [`model`] is what comes out; [`api`] asks one engine, [`swarm`] the manager of a swarm, and
//! [`watch`] keeps all of it current.

mod api;
mod model;
mod swarm;
mod watch;

pub use api::endpoint::Endpoint;
pub use api::tls::Certificates;
pub use model::container::{
    Attachment, Container, Health, Idle, NetworkMode, Port, Protocol, Task,
};
pub use model::engine::{Engine, Reach, Rootless, Swarm};
pub use watch::discovery::{EngineLocation, nowhere, present};
pub use watch::engine_loop::watch;
pub use watch::supervisor::watch_all;
pub(crate) use watch::survey::identity;
pub use watch::survey::{Survey, idle, survey};
