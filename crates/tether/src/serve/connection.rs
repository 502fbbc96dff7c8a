//! The state of one connection.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::sleep;

use super::last_served::LastServed;

/// How long a connection may stay open on which nothing was authenticated and no request is in
/// progress.
const AUTHENTICATION_LIMIT: Duration = Duration::from_secs(5);

/// One accepted connection, in the extensions of each of its requests.
#[derive(Debug)]
pub struct Conn {
    /// The address of the client.
    pub peer: SocketAddr,
    /// The configurations that it was served last.
    pub served: LastServed,
    authenticated: AtomicBool,
    in_flight: AtomicUsize,
}

impl Conn {
    /// A new connection.
    pub(super) fn new(peer: SocketAddr) -> Self {
        Self {
            peer,
            served: LastServed::default(),
            authenticated: AtomicBool::new(false),
            in_flight: AtomicUsize::new(0),
        }
    }

    /// Marks the connection as authenticated, so that it may stay open.
    pub fn authenticated(&self) {
        self.authenticated.store(true, Ordering::Relaxed);
    }

    /// Returns when the connection must be closed because nothing was authenticated on it.
    pub(super) async fn unauthenticated(self: &Arc<Self>) {
        loop {
            sleep(AUTHENTICATION_LIMIT).await;
            if self.authenticated.load(Ordering::Relaxed) {
                std::future::pending::<()>().await;
            }
            if self.in_flight.load(Ordering::Relaxed) == 0 {
                return;
            }
        }
    }
}

/// Counts one request while it is answered.
pub(super) struct InFlight(Arc<Conn>);

impl InFlight {
    pub(super) fn of(conn: &Arc<Conn>) -> Self {
        conn.in_flight.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(conn))
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}
