//! The accept loop: sockets in, requests to the app out, each with its connection beside it.
//!
//! Our own, because `axum::serve` sets no time limits and gives no state per connection.

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

/// How long a request's head may take. hyper bounds an idle connection by it too, and Traefik
/// may be told to poll once a minute.
const HEAD_LIMIT: Duration = Duration::from_secs(75);

/// How long the server waits after it could not accept, so that descriptors may come free.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How many connections there may be at once; the next one waits in the kernel's queue.
const CONNECTION_LIMIT: usize = 16_384;

/// How long the end of the connections may take after shutdown was said.
pub const SHUTDOWN_LIMIT: Duration = Duration::from_secs(5);

/// Sent bytes that nobody acknowledges for so long end the connection: whoever is still heard may
/// hear nothing himself.
const UNACKNOWLEDGED_LIMIT: Duration = Duration::from_secs(10);

/// The buffer for a request's head: the smallest that hyper allows.
const HEAD_BUFFER: usize = 8 * 1024;

/// Serves `app` until `shutdown`, then lets every request end within [`SHUTDOWN_LIMIT`].
/// `sessions` are the tasks that outlive their request: they are waited for too.
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
                if !is_the_peers(&error) {
                    tracing::error!(%error, "cannot accept a connection; is the limit of open files too low?");
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
    drop(listener);
    sessions.close();
    if timeout(SHUTDOWN_LIMIT, sessions.wait()).await.is_err() {
        tracing::warn!(
            open = sessions.len(),
            "connections did not end in time and are cut"
        );
    }
}

async fn connection(socket: TcpStream, peer: SocketAddr, app: Router, shutdown: CancellationToken) {
    // Small answers must not wait for the ones before to be acknowledged.
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
        .max_buf_size(HEAD_BUFFER);
    let serving = http
        .serve_connection(TokioIo::new(socket), service)
        .with_upgrades();
    tokio::pin!(serving);
    let stranger = conn.stays_a_stranger();
    tokio::pin!(stranger);
    let mut told = false;
    loop {
        tokio::select! {
            result = &mut serving => {
                if let Err(error) = result {
                    tracing::debug!(%peer, %error, "connection ended");
                }
                return;
            }
            () = &mut stranger => {
                tracing::debug!(%peer, "connection dropped: nothing was authenticated on it");
                return;
            }
            () = shutdown.cancelled(), if !told => {
                told = true;
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

fn is_the_peers(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}
