//! A hub's address in, an open WebSocket and the wire that the hub speaks out, or plain words
//! about what stands in the way.

mod words;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use socket2::{SockRef, TcpKeepalive};
use tether_proto::{HUB_FRAME_LIMIT, SUBPROTOCOL, Token};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::error::{Error, ProtocolError, SubProtocolError};
use tokio_tungstenite::tungstenite::http::header::{AUTHORIZATION, SEC_WEBSOCKET_PROTOCOL};
use tokio_tungstenite::tungstenite::http::{HeaderValue, Request};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream, client_async_tls_with_config};

use crate::address::Link;
use crate::report::plain;
use crate::server_url::ServerUrl;
use words::words;

/// Looking up a hub's name takes no longer.
const LOOKUP_LIMIT: Duration = Duration::from_secs(5);

/// Reaching one of its addresses takes no longer.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// Who only asks for the way to a hub waits no longer.
const TRY_LIMIT: Duration = Duration::from_secs(5);

/// TLS and the WebSocket's handshake take no longer.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);

/// Sent bytes that nobody acknowledges for so long end the connection.
const UNACKNOWLEDGED_LIMIT: Duration = Duration::from_secs(10);

/// The first probe of a silent connection, and the time between probes.
const KEEPALIVE: Duration = Duration::from_secs(10);

/// What a WebSocket keeps for reading and writing; the defaults are 128 KiB each.
const BUFFER: usize = 4 * 1024;

/// An open connection to a hub.
pub(crate) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// The setting that names more certificates to trust.
const CA_FILE: &str = "TETHERD_CA_FILE";

/// What the agent's TLS trusts: the public certificates and those of a file.
///
/// # Errors
/// If the file cannot be read or holds no certificate.
pub(crate) fn trust(ca_file: Option<&Path>) -> anyhow::Result<Arc<ClientConfig>> {
    trust_with(ca_file, CA_FILE)
}

/// What TLS trusts: the public certificates and those of a file that `setting` names.
///
/// # Errors
/// If the file cannot be read or holds no certificate.
pub fn trust_with(ca_file: Option<&Path>, setting: &str) -> anyhow::Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    if let Some(path) = ca_file {
        let name = format!("{setting}: {}", path.display());
        let certificates = CertificateDer::pem_file_iter(path)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| anyhow!("{name}: {error}"))?;
        let (taken, _) = roots.add_parsable_certificates(certificates);
        if taken == 0 {
            bail!("{name} holds no certificate: give it the hub's CA in PEM form");
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .context("TLS cannot be set up")?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// What a hub speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Speech {
    /// `tether.v1`.
    Current,
    /// What was spoken before it: the hub does not grant the subprotocol.
    Legacy,
}

/// Connects to a hub. One that does not know `tether.v1` is asked once more without it, each time
/// anew: it may have been upgraded.
///
/// # Errors
/// Each names the hub, what happened and what to do.
pub(crate) async fn connect(
    server: &ServerUrl,
    token: Option<&Token>,
    trust: &Arc<ClientConfig>,
) -> anyhow::Result<(Socket, Link, Speech)> {
    match open(server, token, trust, Speech::Current).await? {
        Ok((socket, link)) => Ok((socket, link, Speech::Current)),
        Err(error) if is_older(&error) => match open(server, token, trust, Speech::Legacy).await? {
            Ok((socket, link)) => Ok((socket, link, Speech::Legacy)),
            Err(error) => Err(words(server, token.is_some(), error)),
        },
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
    speech: Speech,
) -> anyhow::Result<Result<(Socket, Link), Error>> {
    let stream = reach(server).await?;
    let link = link(&stream)?;
    let request = request(server, token, speech)?;
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

/// By which connection a hub would be reached. It is closed before a word is said.
///
/// # Errors
/// Each names the hub, what happened and what to do.
pub(crate) async fn try_link(server: &ServerUrl) -> anyhow::Result<Link> {
    match timeout(TRY_LIMIT, reach(server)).await {
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
    })
}

fn request(
    server: &ServerUrl,
    token: Option<&Token>,
    speech: Speech,
) -> anyhow::Result<Request<()>> {
    let mut request = server
        .websocket()
        .into_client_request()
        .with_context(|| format!("{server} is no address: correct TETHERD_SERVER"))?;
    let headers = request.headers_mut();
    if speech == Speech::Current {
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

async fn reach(server: &ServerUrl) -> anyhow::Result<TcpStream> {
    let host = &server.host;
    let lookup = timeout(LOOKUP_LIMIT, lookup_host((host.as_str(), server.port))).await;
    let addresses: Vec<_> = match lookup {
        Ok(Ok(addresses)) => addresses.collect(),
        Ok(Err(error)) => bail!(
            "cannot look up `{host}` ({}): correct TETHERD_SERVER, or this host's DNS",
            plain(&error.to_string())
        ),
        Err(_) => bail!("looking up `{host}` takes too long: check this host's DNS"),
    };
    let mut last = None;
    for address in addresses {
        match timeout(CONNECT_LIMIT, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                tune(&stream);
                return Ok(stream);
            }
            Ok(Err(error)) => last = Some(error),
            Err(_) => last = Some(io::ErrorKind::TimedOut.into()),
        }
    }
    let Some(error) = last else {
        bail!("`{host}` has no address: correct TETHERD_SERVER, or this host's DNS");
    };
    Err(match error.kind() {
        io::ErrorKind::ConnectionRefused => anyhow!(
            "nobody listens at {server}: is the hub (tether) running, and is its port published?"
        ),
        io::ErrorKind::TimedOut => {
            anyhow!("{server} does not answer: is the host up, and does a firewall drop the port?")
        }
        _ => anyhow!("cannot reach {server} ({error}): check TETHERD_SERVER and the network"),
    })
}

/// What the kernel refuses of it is no loss: our own pings and limits stand above it.
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
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// What an agent says of a server that answers its first bytes with these.
    async fn says(scheme: &str, answer: &'static str, token: Option<&str>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 4096]).await;
            stream.write_all(answer.as_bytes()).await.unwrap();
        });
        let text = error(&format!("{scheme}://{address}/p"), token).await;
        server.await.unwrap();
        text.replace(&address.to_string(), "HUB")
    }

    async fn error(server: &str, token: Option<&str>) -> String {
        let server = server.parse().unwrap();
        let token = token.and_then(Token::new);
        let error = connect(&server, token.as_ref(), &trust(None).unwrap())
            .await
            .unwrap_err();
        let text = format!("{error:#}");
        assert!(!text.contains("s3cret"), "{text}");
        text
    }

    #[tokio::test]
    async fn each_fault_is_named_with_its_remedy() {
        let empty = "\r\nContent-Length: 0\r\n\r\n";
        let cases = [
            (
                "401 Unauthorized",
                Some("s3cret"),
                "the hub at http://HUB/p refuses the token (401 Unauthorized): set TETHERD_TOKEN to",
            ),
            (
                "403 Forbidden",
                None,
                "the hub at http://HUB/p asks for a token (403 Forbidden): set TETHERD_TOKEN to",
            ),
            (
                "404 Not Found",
                None,
                "there is no hub at ws://HUB/p/api/ws (404 Not Found): correct the path or port of TETHERD_SERVER",
            ),
            ("426 Upgrade Required", None, "upgrade the older one"),
            (
                "302 Found\r\nLocation: https://hub/",
                None,
                "redirects to https://hub/: set TETHERD_SERVER",
            ),
            (
                "503 Service Unavailable",
                None,
                "is not ready (503 Service Unavailable)",
            ),
            (
                "400 Bad Request",
                None,
                "does not answer like a hub (400 Bad Request): check TETHERD_SERVER",
            ),
        ];
        for (status, token, expected) in cases {
            let answer = format!("HTTP/1.1 {status}{empty}").leak();
            let text = says("http", answer, token).await;
            assert!(text.contains(expected), "{text}");
        }
    }

    #[tokio::test]
    async fn other_servers_are_told_from_hubs() {
        let text = says("http", "220 mail.example.com ESMTP\r\n", None).await;
        assert!(
            text.starts_with("http://HUB/p does not answer like a hub"),
            "{text}"
        );
        let text = says("https", "HTTP/1.1 400 Bad Request\r\n\r\n", None).await;
        assert_eq!(
            text,
            "https://HUB/p does not speak TLS: write http:// in TETHERD_SERVER"
        );
    }

    #[tokio::test]
    async fn a_hub_without_our_wire_is_asked_without_it() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server: ServerUrl = format!("http://{}", listener.local_addr().unwrap())
            .parse()
            .unwrap();
        let older = async {
            let (first, _) = listener.accept().await.unwrap();
            // Its client is gone as soon as it knows.
            let _ = tokio_tungstenite::accept_async(first).await;
            let (second, _) = listener.accept().await.unwrap();
            tokio_tungstenite::accept_async(second).await.unwrap()
        };
        let trust = trust(None).unwrap();
        let (_kept, connected) = tokio::join!(older, connect(&server, None, &trust));
        assert_eq!(connected.unwrap().2, Speech::Legacy);
    }

    #[tokio::test]
    async fn nobody_there() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let text = error(&format!("http://{address}"), None).await;
        assert!(text.contains("is the hub (tether) running"), "{text}");
        let text = error("http://hub.invalid:3000", None).await;
        assert!(text.starts_with("cannot look up `hub.invalid`"), "{text}");
    }

    #[test]
    fn a_file_without_certificates_is_no_trust() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        assert!(
            trust(Some(&path))
                .unwrap_err()
                .to_string()
                .contains("TETHERD_CA_FILE")
        );
        std::fs::write(&path, "nothing").unwrap();
        assert!(
            trust(Some(&path))
                .unwrap_err()
                .to_string()
                .contains("holds no certificate")
        );
    }
}
