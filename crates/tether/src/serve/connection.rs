//! One connection of the server, beside each of its requests.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::sleep;

use super::last_served::Served;

/// How long a connection may stay on which nothing was authenticated and nothing is asked.
const STRANGER_LIMIT: Duration = Duration::from_secs(5);

/// One accepted socket. It is in the extensions of each of its requests.
#[derive(Debug)]
pub struct Conn {
    /// Who is at the other end.
    pub peer: SocketAddr,
    /// What it was served last.
    pub served: Served,
    authenticated: AtomicBool,
    in_flight: AtomicUsize,
}

impl Conn {
    /// A connection on which nothing has happened yet.
    pub(super) fn new(peer: SocketAddr) -> Self {
        Self {
            peer,
            served: Served::default(),
            authenticated: AtomicBool::new(false),
            in_flight: AtomicUsize::new(0),
        }
    }

    /// Somebody has shown the right secret on it: it may stay.
    pub fn authenticated(&self) {
        self.authenticated.store(true, Ordering::Relaxed);
    }

    /// Returns if the connection is to be dropped as a stranger's.
    pub(super) async fn stays_a_stranger(self: &Arc<Self>) {
        loop {
            sleep(STRANGER_LIMIT).await;
            if self.authenticated.load(Ordering::Relaxed) {
                std::future::pending::<()>().await;
            }
            if self.in_flight.load(Ordering::Relaxed) == 0 {
                return;
            }
        }
    }
}

/// Counts one request for as long as it is answered.
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
