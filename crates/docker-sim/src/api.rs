//! HTTP requests to the Docker socket in, the engine's answers out.

use std::collections::VecDeque;
use std::io;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::{Context, bail};
use axum::body::Body;
use axum::extract::{Path as Segment, Query, State as Shared};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{Router, get};
use futures_util::stream;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::UnixListener;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::answer::{self, API_VERSION, MIN_API_VERSION, VERSION};
use crate::engine::Engine;
use crate::events::Event;
use crate::filters::Filters;
use crate::state::{Container, Status};
use crate::time::{parse_stamp, unix_nanos};

/// Connections at a time; a further one waits until one of them is closed.
const MAX_CONNECTIONS: usize = 1024;
/// How long a connection may be idle, as long as in a real engine.
const IDLE: Duration = Duration::from_secs(300);
/// The filters a list knows; a real engine knows some more, and refuses the others likewise.
const LIST_FILTERS: [&str; 6] = ["health", "id", "label", "name", "network", "status"];

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
    let router = router(engine);
    let mut connections = JoinSet::new();
    loop {
        let full = connections.len() >= MAX_CONNECTIONS;
        tokio::select! {
            () = shutdown.cancelled() => break,
            Some(_) = connections.join_next() => {}
            (stream, _) = listener.accept(), if !full => {
                let router = router.clone();
                connections.spawn(async move {
                    let service = service_fn(|request| route(router.clone(), request));
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

fn router(engine: Engine) -> Router {
    Router::new()
        // GET routes answer HEAD too, so those that must not are named once more.
        .route("/_ping", get(ping))
        .route("/version", get(version).head(not_found))
        .route("/info", get(info).head(not_found))
        .route("/containers/json", get(list).head(not_found))
        .route("/containers/{container}/json", get(inspect).head(not_found))
        .route("/events", get(events).head(not_found))
        .fallback(not_found)
        .method_not_allowed_fallback(not_found)
        .with_state(engine)
}
