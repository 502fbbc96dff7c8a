//! Forwards a port byte by byte, and counts connections, requests and answers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::soon;

/// A request that is unanswered for this long is held by the hub.
const HELD_AFTER: Duration = Duration::from_millis(500);

/// How each request and each answer begins.
const REQUEST: &[u8] = b"GET /";
const ANSWER: &[u8] = b"HTTP/1.1 ";

/// A proxy before a hub.
#[derive(Debug)]
pub(crate) struct CountingProxy {
    /// The port to use in place of the hub's.
    pub(crate) port: u16,
    seen: watch::Receiver<Seen>,
    _stop: DropGuard,
}

/// The traffic of a proxy.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Seen {
    /// Connections.
    pub(crate) connections: usize,
    /// Requests on all of them.
    pub(crate) requests: usize,
    /// Answers to them.
    pub(crate) answers: usize,
    last_request: Option<Instant>,
}

impl CountingProxy {
    /// Starts a proxy before `port` of this machine.
    pub(crate) async fn start(port: u16) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let own = listener.local_addr()?.port();
        let (count, seen) = watch::channel(Seen::default());
        let (count, shutdown) = (Arc::new(count), CancellationToken::new());
        let forwarding = forward(listener, port, count);
        let stopped = shutdown.clone();
        tokio::spawn(async move { stopped.run_until_cancelled(forwarding).await });
        Ok(Self {
            port: own,
            seen,
            _stop: shutdown.drop_guard(),
        })
    }

    /// The traffic so far.
    pub(crate) fn seen(&self) -> Seen {
        *self.seen.borrow()
    }

    /// Waits until the hub holds a request.
    pub(crate) async fn held_request(&self) -> Result<Seen> {
        soon("a request is held", async || {
            let seen = self.seen();
            let asked = seen.last_request.context("no request")?;
            let open = seen.requests == seen.answers + 1;
            ensure!(open && asked.elapsed() >= HELD_AFTER, "{seen:?}");
            Ok(seen)
        })
        .await
    }
}

async fn forward(listener: TcpListener, port: u16, count: Arc<watch::Sender<Seen>>) -> Result<()> {
    loop {
        let (near, _) = listener.accept().await?;
        let far = TcpStream::connect(("127.0.0.1", port)).await?;
        count.send_modify(|seen| seen.connections += 1);
        let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
        let (asked, answered) = (Arc::clone(&count), Arc::clone(&count));
        tokio::spawn(copy(near_in, far_out, move |bytes| {
            if bytes.starts_with(REQUEST) {
                asked.send_modify(|seen| {
                    seen.requests += 1;
                    seen.last_request = Some(Instant::now());
                });
            }
        }));
        tokio::spawn(copy(far_in, near_out, move |bytes| {
            if bytes.starts_with(ANSWER) {
                answered.send_modify(|seen| seen.answers += 1);
            }
        }));
    }
}

/// Each request and each answer starts a new read, since on a connection they alternate.
async fn copy(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    observe: impl Fn(&[u8]),
) -> Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = from.read(&mut buffer).await?;
        if read == 0 {
            return Ok(());
        }
        observe(&buffer[..read]);
        to.write_all(&buffer[..read]).await?;
    }
}
