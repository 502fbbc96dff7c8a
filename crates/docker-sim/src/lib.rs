//! Simulates a Docker Engine: serves Docker's HTTP API for containers that exist only in memory.
//!
//! It is for the demo, the tests and the benchmarks. To a client it looks like a small real
//! engine, its containers can really listen on their published ports, and it can inject faults.
//! Its answers follow recordings of real engines.
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
//! ARCHITECTURE.md lists the order in which its modules may import each other.

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
mod info;
mod network;
mod ports;
mod random;
mod reorder;
mod server;
mod shared;
mod spec;
mod state;
mod stream;
mod time;

pub use chaos::Chaos;
pub use container::Running;
pub use engine::Engine;
pub use ports::Binding;
pub use shared::Observed;
pub use spec::{ContainerSpec, Health, Protocol, Publish};
