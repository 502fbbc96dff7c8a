//! A Docker Engine that is not there: Rust calls go in, and Docker's own HTTP API comes out.
//!
//! It is for the demo, the tests and the benches: a client cannot tell it from a small real
//! engine, its containers can really listen on their published ports, and it can be told to
//! misbehave. What it mirrors was recorded from real engines.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> anyhow::Result<()> {
//! use docker_sim::{ContainerSpec, Engine};
//! use tokio_util::sync::CancellationToken;
//!
//! let engine = Engine::new("host-1");
//! let socket = std::env::temp_dir().join(format!("docker-sim-doc-{}.sock", std::process::id()));
//! let shutdown = CancellationToken::new();
//! let server = engine.serve_unix(&socket, shutdown.clone())?; // DOCKER_HOST=unix://…
//!
//! let web = ContainerSpec::new("web").label("traefik.enable", "true").publish(80).listening();
//! engine.run(web).await?;
//! let before = engine.address("web", 80).expect("it listens");
//! engine.restart("web").await?; // as in Docker, an ephemeral port changes
//! assert_ne!(engine.address("web", 80), Some(before));
//!
//! shutdown.cancel();
//! server.await?;
//! # Ok(())
//! # }
//! ```
//!
//! Read in this order: `spec` (what a container is to be), `engine` (the verbs), `state` (what
//! the verbs change), `container`, `network`, `events`, `ports`, `app` (the listening containers),
//! `server` and `api` (the routes), `stream` (an answer of events), `answer` (the JSON),
//! `filters`; and `chaos` (a random life), with `muddle` and `random`.

// `/info` is one long `json!`.
#![recursion_limit = "256"]

mod answer;
mod api;
mod app;
mod chaos;
mod container;
mod engine;
mod events;
mod faults;
mod filters;
mod muddle;
mod network;
mod ports;
mod random;
mod server;
mod spec;
mod state;
mod stream;
mod time;

pub use chaos::Chaos;
pub use container::Running;
pub use engine::Engine;
pub use faults::Observed;
pub use ports::Binding;
pub use spec::{ContainerSpec, Health, Protocol, Publish};
