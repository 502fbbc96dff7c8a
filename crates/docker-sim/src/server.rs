//! Serves the API on a listener until shutdown.

use std::convert::Infallible;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::UnixListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::api;
use crate::shared::Shared;

/// The most connections at a time; further ones wait.
const MAX_CONNECTIONS: usize = 1024;
/// How long a connection may be idle, as in a real engine.
const IDLE_TIMEOUT: Duration = Duration::from_secs(300);

/// Binds a Unix socket; replaces a socket file that no process listens on.
pub(crate) fn bind_unix(path: &Path) -> anyhow::Result<UnixListener> {
    let shown = path.display();
    if std::fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_socket()) {
        if std::os::unix::net::UnixStream::connect(path).is_ok() {
            bail!("cannot serve on {shown}: another engine does; choose another path");
        }
        std::fs::remove_file(path).with_context(|| format!("cannot remove the dead {shown}"))?;
    }
    UnixListener::bind(path).with_context(|| format!("cannot listen on the Unix socket {shown}"))
}

/// Serves until `shutdown`, then drops all connections.
pub(crate) async fn serve<L: axum::serve::Listener>(
    shared: Arc<Shared>,
    mut listener: L,
    shutdown: CancellationToken,
) {
    let router = api::router(shared.clone());
    let mut connections = JoinSet::new();
    loop {
        let full = connections.len() >= MAX_CONNECTIONS;
        tokio::select! {
            () = shutdown.cancelled() => break,
            Some(_) = connections.join_next() => {}
            (stream, _) = listener.accept(), if !full => {
                let (shared, router) = (shared.clone(), router.clone());
                connections.spawn(async move {
                    let service = service_fn(move |request| {
                        let (shared, router) = (shared.clone(), router.clone());
                        async move { Ok::<_, Infallible>(api::answer(&shared, router, request).await) }
                    });
                    let mut http = hyper::server::conn::http1::Builder::new();
                    http.timer(TokioTimer::new()).header_read_timeout(IDLE_TIMEOUT);
                    // An error on a connection concerns only its client.
                    let _ = http.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        }
    }
    connections.shutdown().await;
}
