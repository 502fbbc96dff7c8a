//! Accepts connections and passes their requests to the app, each with its [`Conn`].
//!
//! `axum::serve` has no time limits and no state for each connection.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use super::connection::{Conn, InFlight};

/// The limit for reading a request's head. hyper applies it to idle connections too, and Traefik
/// may poll once a minute.
const HEAD_LIMIT: Duration = Duration::from_secs(75);

/// The delay after a failed accept, in which file descriptors may become free.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(100);

/// The most connections at once. Further ones wait in the kernel's queue.
const CONNECTION_LIMIT: usize = 16_384;

/// The limit for closing all connections at shutdown.
pub const SHUTDOWN_LIMIT: Duration = Duration::from_secs(5);

/// A connection is closed if sent data stays unacknowledged for this time, which catches one-way
/// link failures.
const UNACKNOWLEDGED_LIMIT: Duration = Duration::from_secs(10);

/// The buffer for a request's head: the smallest that hyper allows.
const HEAD_BUFFER_BYTES: usize = 8 * 1024;

/// Serves `app` until `shutdown`, then lets every request end within [`SHUTDOWN_LIMIT`]. `sessions`
/// are tasks that outlive their request; shutdown waits for them too.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    sessions: TaskTracker,
    shutdown: CancellationToken,
) {
    let slots = Arc::new(Semaphore::new(CONNECTION_LIMIT));
    loop {
        let accept = async {
            let slot = Arc::clone(&slots)
                .acquire_owned()
                .await
                .expect("it is never closed");
            (slot, listener.accept().await)
        };
        let (slot, accepted) = tokio::select! {
            accepted = accept => accepted,
            () = shutdown.cancelled() => break,
        };
        match accepted {
            Ok((socket, peer)) => {
                let connection = connection(socket, peer, app.clone(), shutdown.clone());
                sessions.spawn(async move {
                    connection.await;
                    drop(slot);
                });
            }
            Err(error) => {
                if !is_peer_error(&error) {
                    tracing::error!(%error, "cannot accept a connection; is the limit of open files too low?");
                    sleep(ACCEPT_RETRY_DELAY).await;
                }
            }
        }
    }
    drop(listener);
    sessions.close();
    if timeout(SHUTDOWN_LIMIT, sessions.wait()).await.is_err() {
        tracing::warn!(
            open = sessions.len(),
            "connections did not end in time and are closed"
        );
    }
}

async fn connection(socket: TcpStream, peer: SocketAddr, app: Router, shutdown: CancellationToken) {
    // Small answers must not wait for earlier ones to be acknowledged.
    let _ = socket.set_nodelay(true);
    #[cfg(target_os = "linux")]
    let _ = socket2::SockRef::from(&socket).set_tcp_user_timeout(Some(UNACKNOWLEDGED_LIMIT));
    let conn = Arc::new(Conn::new(peer));
    let service = {
        let conn = Arc::clone(&conn);
        hyper::service::service_fn(move |request| answer(app.clone(), Arc::clone(&conn), request))
    };
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEAD_LIMIT)
        .max_buf_size(HEAD_BUFFER_BYTES);
    let serving = http
        .serve_connection(TokioIo::new(socket), service)
        .with_upgrades();
    tokio::pin!(serving);
    let unauthenticated = conn.unauthenticated();
    tokio::pin!(unauthenticated);
    let mut is_closing = false;
    loop {
        tokio::select! {
            result = &mut serving => {
                if let Err(error) = result {
                    tracing::debug!(%peer, %error, "connection ended");
                }
                return;
            }
            () = &mut unauthenticated => {
                tracing::debug!(%peer, "connection dropped: nothing was authenticated on it");
                return;
            }
            () = shutdown.cancelled(), if !is_closing => {
                is_closing = true;
                serving.as_mut().graceful_shutdown();
            }
        }
    }
}

async fn answer(
    app: Router,
    conn: Arc<Conn>,
    request: hyper::Request<Incoming>,
) -> Result<Response, Infallible> {
    let _in_flight = InFlight::of(&conn);
    let mut request: Request = request.map(Body::new);
    request.extensions_mut().insert(Arc::clone(&conn));
    app.oneshot(request).await
}

fn is_peer_error(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}
