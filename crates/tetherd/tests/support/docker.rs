//! A simulated engine on a socket of its own, and the agent's watch of it.

use docker_sim::Engine;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

/// A simulated engine on a socket of its own.
pub struct Docker {
    pub engine: Engine,
    pub endpoint: String,
    _folder: tempfile::TempDir,
    _served: DropGuard,
}

/// A simulated engine that serves.
pub fn docker(name: &str) -> Docker {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("docker.sock");
    let shutdown = CancellationToken::new();
    let engine = Engine::new(name);
    engine.serve_unix(&path, shutdown.clone()).unwrap();
    Docker {
        engine,
        endpoint: format!("unix://{}", path.display()),
        _folder: folder,
        _served: shutdown.drop_guard(),
    }
}

/// The watch of this endpoint, and its words.
pub fn watched(
    endpoint: &str,
) -> (
    watch::Receiver<tetherd::docker::Engine>,
    JoinHandle<()>,
    CancellationToken,
) {
    let (sender, receiver) = watch::channel(tetherd::docker::Engine::default());
    let shutdown = CancellationToken::new();
    let (endpoint, stop) = (endpoint.parse().unwrap(), shutdown.clone());
    let task = tokio::spawn(async move {
        let publish = |engine: &tetherd::docker::Engine| drop(sender.send_replace(engine.clone()));
        tetherd::docker::watch(&endpoint, publish, stop).await;
    });
    (receiver, task, shutdown)
}
