//! A listener in, connections served until shutdown out.

use std::convert::Infallible;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::UnixListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::api;
use crate::engine::Engine;

/// Connections at a time; a further one waits until one of them is closed.
const MAX_CONNECTIONS: usize = 1024;
/// How long a connection may be idle, as long as in a real engine.
const IDLE: Duration = Duration::from_secs(300);

/// Binds a Unix socket, where nobody else serves one.
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
    engine: Engine,
    mut listener: L,
    shutdown: CancellationToken,
) {
    let router = api::router(engine.clone());
    let mut connections = JoinSet::new();
    loop {
        let full = connections.len() >= MAX_CONNECTIONS;
        tokio::select! {
            () = shutdown.cancelled() => break,
            Some(_) = connections.join_next() => {}
            (stream, _) = listener.accept(), if !full => {
                let (engine, router) = (engine.clone(), router.clone());
                connections.spawn(async move {
                    let service = service_fn(move |request| {
                        let (engine, router) = (engine.clone(), router.clone());
                        async move { Ok::<_, Infallible>(api::answer(&engine, router, request).await) }
                    });
                    let mut http = hyper::server::conn::http1::Builder::new();
                    http.timer(TokioTimer::new()).header_read_timeout(IDLE);
                    // Whatever goes wrong on a connection is the client's affair.
                    let _ = http.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        }
    }
    connections.shutdown().await;
}
