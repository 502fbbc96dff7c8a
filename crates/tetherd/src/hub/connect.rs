//! Opens a WebSocket to a hub and finds out which wire it speaks, or describes what prevents it.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use rustls::ClientConfig;
use socket2::{SockRef, TcpKeepalive};
use tether_proto::{HUB_FRAME_LIMIT, SUBPROTOCOL, Token};
use tether_runtime::server_url::ServerUrl;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::error::{Error, ProtocolError, SubProtocolError};
use tokio_tungstenite::tungstenite::http::header::{AUTHORIZATION, SEC_WEBSOCKET_PROTOCOL};
use tokio_tungstenite::tungstenite::http::{HeaderValue, Request};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream, client_async_tls_with_config};

use super::dial::{Addresses, reach};
use super::handshake_errors::words;
use crate::host::Link;

/// The limit for an attempt that only looks for the way to a hub.
const TRY_LIMIT: Duration = Duration::from_secs(5);

/// TLS and the WebSocket's handshake take no longer.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);

/// Sent bytes that nobody acknowledges for so long end the connection.
const UNACKNOWLEDGED_LIMIT: Duration = Duration::from_secs(10);

/// The first probe of a silent connection, and the time between probes.
const KEEPALIVE: Duration = Duration::from_secs(10);

/// The size of a WebSocket's read and write buffers; the default is 128 KiB each.
const BUFFER: usize = 4 * 1024;

/// An open connection to a hub.
pub(crate) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// The wire of a hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WireVersion {
    /// `tether.v1`.
    Current,
    /// The wire of the Go pair: the hub does not grant the subprotocol.
    Legacy,
}

/// Connects to a hub; `known` keeps where it was found. One that does not know `tether.v1` is asked
/// once more without it, each time anew: it may have been upgraded.
///
/// # Errors
/// Each names the hub, what happened and what to do.
pub(crate) async fn connect(
    server: &ServerUrl,
    token: Option<&Token>,
    trust: &Arc<ClientConfig>,
    known: &mut Addresses,
) -> anyhow::Result<(Socket, Link, WireVersion)> {
    match open(server, token, trust, known, WireVersion::Current).await? {
        Ok((socket, link)) => Ok((socket, link, WireVersion::Current)),
        Err(error) if is_older(&error) => {
            match open(server, token, trust, known, WireVersion::Legacy).await? {
                Ok((socket, link)) => Ok((socket, link, WireVersion::Legacy)),
                Err(error) => Err(words(server, token.is_some(), error)),
            }
        }
        Err(error) => Err(words(server, token.is_some(), error)),
    }
}

/// True if the server has opened a WebSocket without our subprotocol.
fn is_older(error: &Error) -> bool {
    matches!(
        error,
        Error::Protocol(ProtocolError::SecWebSocketSubProtocolError(
            SubProtocolError::NoSubProtocol
        ))
    )
}

/// An open WebSocket, or why its handshake failed.
async fn open(
    server: &ServerUrl,
    token: Option<&Token>,
    trust: &Arc<ClientConfig>,
    known: &mut Addresses,
    wire_version: WireVersion,
) -> anyhow::Result<Result<(Socket, Link), Error>> {
    let stream = reach(server, known).await?;
    tune(&stream);
    let link = link(&stream)?;
    let request = request(server, token, wire_version)?;
    let config = WebSocketConfig::default()
        .read_buffer_size(BUFFER)
        .write_buffer_size(BUFFER)
        .max_message_size(Some(HUB_FRAME_LIMIT))
        .max_frame_size(Some(HUB_FRAME_LIMIT));
    let connector = if server.tls {
        Connector::Rustls(trust.clone())
    } else {
        Connector::Plain
    };
    let handshake = client_async_tls_with_config(request, stream, Some(config), Some(connector));
    match timeout(HANDSHAKE_LIMIT, handshake).await {
        Ok(Ok((socket, _))) => Ok(Ok((socket, link))),
        Ok(Err(error)) => Ok(Err(error)),
        Err(_) => bail!(
            "{server} takes the connection but does not answer: is it a hub, and is the scheme \
             (http or https) right?"
        ),
    }
}

/// AddressSource which connection a hub would be reached. It is closed before a word is said.
///
/// # Errors
/// Each names the hub, what happened and what to do.
pub(crate) async fn try_link(server: &ServerUrl) -> anyhow::Result<Link> {
    match timeout(TRY_LIMIT, reach(server, &mut Addresses::new())).await {
        Ok(stream) => link(&stream?),
        Err(_) => bail!("{server} does not answer: is the host up, and is this its port?"),
    }
}

fn link(stream: &TcpStream) -> anyhow::Result<Link> {
    let lost = "the connection is already lost";
    Ok(Link {
        local: stream.local_addr().context(lost)?.ip(),
        hub: stream.peer_addr().context(lost)?,
        observed: None,
        same_netns: None,
    })
}

fn request(
    server: &ServerUrl,
    token: Option<&Token>,
    wire_version: WireVersion,
) -> anyhow::Result<Request<()>> {
    let mut request = server
        .websocket()
        .into_client_request()
        .with_context(|| format!("{server} is no address: correct TETHERD_SERVER"))?;
    let headers = request.headers_mut();
    if wire_version == WireVersion::Current {
        let current = HeaderValue::from_static(SUBPROTOCOL);
        headers.insert(SEC_WEBSOCKET_PROTOCOL, current);
    }
    if let Some(token) = token {
        let mut value = HeaderValue::from_str(&format!("Bearer {}", token.reveal()))
            .context("the token has characters that a header cannot carry: use plain ASCII")?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    Ok(request)
}

/// It does not matter if the kernel rejects an option, because our own pings and limits apply as
/// well.
fn tune(stream: &TcpStream) {
    let _ = stream.set_nodelay(true);
    let socket = SockRef::from(stream);
    let keepalive = TcpKeepalive::new()
        .with_time(KEEPALIVE)
        .with_interval(KEEPALIVE);
    let _ = socket.set_tcp_keepalive(&keepalive);
    #[cfg(target_os = "linux")]
    let _ = socket.set_tcp_user_timeout(Some(UNACKNOWLEDGED_LIMIT));
}

#[cfg(test)]
mod tests;
