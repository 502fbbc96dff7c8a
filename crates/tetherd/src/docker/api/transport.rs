//! Sends one `GET` and returns the answer: its head, and its body whole or as a stream.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::HOST;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use serde::de::DeserializeOwned;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::{Duration, timeout};
use tokio_rustls::TlsConnector;

use super::answer::ErrorBody;
use super::endpoint::Way;
use super::error::ApiError;

/// An engine that has not answered a request by then does not answer.
const REQUEST_LIMIT: Duration = Duration::from_secs(10);

/// The longest answer: some ten thousand containers.
const ANSWER_LIMIT: usize = 64 * 1024 * 1024;

/// The longest text of a refusal that is read.
const REFUSAL_LIMIT: usize = 16 * 1024;

/// The first probe of a silent TCP connection to an engine, and the time between probes.
const KEEPALIVE: Duration = Duration::from_secs(15);

/// How requests get to one engine.
#[derive(Debug, Clone)]
pub(crate) struct Transport {
    way: Way,
    tls: Option<Arc<ClientConfig>>,
    /// The ends of a TCP connection to it, this one first, once there was one.
    ends: Arc<OnceLock<[IpAddr; 2]>>,
    /// The API version before each path, as `/v1.43`; empty until it is negotiated.
    prefix: String,
}

impl Transport {
    /// The way to an engine, with its certificates as they are now.
    pub(crate) fn new(way: &Way) -> Result<Self, ApiError> {
        let tls = match way {
            Way::Unix(_) | Way::Tcp(_) => None,
            Way::Tls(_, certificates) => Some(certificates.load().map_err(ApiError::Certificates)?),
        };
        Ok(Self {
            way: way.clone(),
            tls,
            ends: Arc::default(),
            prefix: String::new(),
        })
    }

    /// The same, with this API version before each path.
    pub(crate) fn with_version(self, version: &str) -> Self {
        Self {
            prefix: format!("/v{version}"),
            ..self
        }
    }

    /// The other end of a TCP connection to the engine, and whether it is an address of this host.
    pub(crate) fn peer(&self) -> Option<(IpAddr, bool)> {
        let [own, peer] = *self.ends.get()?;
        // Only to itself does a host connect from the very address.
        Some((peer, peer == own || peer.is_loopback()))
    }

    /// Sends a `GET` for this path, and reads the answer as JSON.
    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ApiError> {
        let answer = async {
            let response = self.send(path).await?;
            let body = whole(response.into_body(), ANSWER_LIMIT).await?;
            serde_json::from_slice(&body).map_err(|error| ApiError::Strange(error.to_string()))
        };
        timeout(REQUEST_LIMIT, answer)
            .await
            .unwrap_or(Err(ApiError::Silent(REQUEST_LIMIT)))
    }

    /// An answer that goes on, once its head is there.
    pub(crate) async fn open(&self, path: &str) -> Result<Incoming, ApiError> {
        match timeout(REQUEST_LIMIT, self.send(path)).await {
            Ok(response) => Ok(response?.into_body()),
            Err(_) => Err(ApiError::Silent(REQUEST_LIMIT)),
        }
    }

    async fn send(&self, path: &str) -> Result<Response<Incoming>, ApiError> {
        let path = &format!("{}{path}", self.prefix);
        let response = match &self.way {
            Way::Unix(socket) => {
                let stream = UnixStream::connect(socket);
                exchange(stream.await.map_err(ApiError::Unreachable)?, "docker", path).await?
            }
            Way::Tcp(authority) | Way::Tls(authority, _) => {
                let stream = TcpStream::connect(authority).await;
                let stream = stream.map_err(ApiError::Unreachable)?;
                if let (Ok(own), Ok(peer)) = (stream.local_addr(), stream.peer_addr()) {
                    let ends = [own, peer].map(|end| end.ip().to_canonical());
                    let _ = self.ends.set(ends);
                }
                let keepalive = TcpKeepalive::new()
                    .with_time(KEEPALIVE)
                    .with_interval(KEEPALIVE);
                // Without it a silent stream is still renewed in time.
                let _ = SockRef::from(&stream).set_tcp_keepalive(&keepalive);
                match &self.tls {
                    None => exchange(stream, authority, path).await?,
                    Some(tls) => {
                        let tls = TlsConnector::from(tls.clone());
                        let stream = tls.connect(name(authority)?, stream).await;
                        let stream = stream.map_err(|error| ApiError::of(&error))?;
                        exchange(stream, authority, path).await?
                    }
                }
            }
        };
        accepted(response).await
    }
}

/// Whom an engine's certificate must be for.
fn name(authority: &str) -> Result<ServerName<'static>, ApiError> {
    let host = authority
        .rsplit_once(':')
        .map_or(authority, |(host, _)| host);
    let host = host.trim_start_matches('[').trim_end_matches(']');
    ServerName::try_from(host.to_owned())
        .map_err(|_| ApiError::Certificates(format!("`{host}` is no name that TLS can check")))
}

/// The answer, if it is no refusal.
async fn accepted(response: Response<Incoming>) -> Result<Response<Incoming>, ApiError> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    // An unreadable body counts as empty.
    let body = whole(response.into_body(), REFUSAL_LIMIT).await;
    let body = body.unwrap_or_default();
    let message = serde_json::from_slice::<ErrorBody>(&body)
        .ok()
        .and_then(|refusal| refusal.message)
        .unwrap_or_else(|| String::from_utf8_lossy(&body).into_owned());
    Err(ApiError::Refused(status.as_u16(), message))
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    host: &str,
    path: &str,
) -> Result<Response<Incoming>, ApiError> {
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    // It ends with the answer's body; what fails in it, the body's reader is told.
    tokio::spawn(connection);
    let request = Request::get(path)
        .header(HOST, host)
        .body(Empty::<Bytes>::new())
        .map_err(|error| ApiError::Strange(error.to_string()))?;
    Ok(sender.send_request(request).await?)
}

async fn whole(body: Incoming, limit: usize) -> Result<Bytes, ApiError> {
    match Limited::new(body, limit).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) => match error.downcast::<hyper::Error>() {
            Ok(error) => Err((*error).into()),
            Err(_) => Err(ApiError::Strange(format!("it has more than {limit} bytes"))),
        },
    }
}
