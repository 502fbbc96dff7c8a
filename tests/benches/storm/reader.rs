//! Reads configurations as Traefik does: with a request that waits for news, or repeatedly until
//! they are whole.

use std::fmt;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use http_body_util::{BodyExt, Empty};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::harness::{Hub, TOKEN, get_with};

/// One connection that polls for changes.
pub(super) struct Reader {
    sender: SendRequest<Empty<Bytes>>,
}

/// The answers before the whole configuration.
pub(super) struct Checked {
    refused: usize,
    gone: usize,
}

impl Reader {
    pub(super) async fn start(hub: &Hub) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", hub.port)).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let mut reader = Self { sender };
        // The first request is answered at once; from then on this connection waits.
        reader.ask().await?;
        Ok(reader)
    }

    /// When the first body with this text had come whole.
    pub(super) async fn until(&mut self, text: &str) -> Result<Instant> {
        loop {
            let body = self.ask().await?;
            let seen = Instant::now();
            if std::str::from_utf8(&body)?.contains(text) {
                return Ok(seen);
            }
        }
    }

    /// The newest body, as soon as there is one, or the last one again after three seconds.
    pub(super) async fn ask(&mut self) -> Result<Bytes> {
        let request = Request::get("/config?wait=3s")
            .header("host", "hub")
            .header("authorization", format!("Bearer {TOKEN}"))
            .body(Empty::new())?;
        self.sender.ready().await?;
        let answer = self.sender.send_request(request).await?;
        ensure!(answer.status() == 200, "status {}", answer.status());
        Ok(answer.into_body().collect().await?.to_bytes())
    }
}

/// Polls `/config` until it has this number of routers.
///
/// An answer of 200 with fewer is an error.
pub(super) async fn check_until_whole(
    hub: &Hub,
    routers: usize,
    limit: Duration,
) -> Result<Checked> {
    let bearer = format!("Bearer {TOKEN}");
    let (url, head) = (hub.url("/config"), [("authorization", bearer.as_str())]);
    let start = Instant::now();
    let mut checked = Checked {
        refused: 0,
        gone: 0,
    };
    while start.elapsed() < limit {
        match get_with(&url, &head).await {
            Ok(answer) if answer.status == 503 => checked.refused += 1,
            Ok(answer) => {
                let answer = answer.expect(200)?;
                let found = answer.text()?.matches(r#""rule":"#).count();
                ensure!(found == routers, "200 with {found} of {routers} routers");
                return Ok(checked);
            }
            Err(_) => checked.gone += 1,
        }
    }
    Err(anyhow::anyhow!("still not whole")).with_context(|| checked.to_string())
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { refused, gone } = self;
        write!(f, "no 200 that lacked a route ({refused} × 503")?;
        match gone {
            0 => f.write_str(")"),
            gone => write!(f, ", {gone} × no answer)"),
        }
    }
}
