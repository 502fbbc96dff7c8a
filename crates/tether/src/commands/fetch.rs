//! Fetches a document from a hub.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use axum::body::Bytes;
use axum::http::header::{AUTHORIZATION, HOST};
use axum::http::{HeaderValue, Request, StatusCode};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tether_proto::Token;
use tether_runtime::server_url::ServerUrl;
use tether_runtime::tls::{client_config, handshake_error};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use traefik_config::shown;

/// The limit for connecting.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// The limit for the TLS handshake.
const TLS_LIMIT: Duration = Duration::from_secs(10);

/// The limit for the whole answer; a hub that is not ready holds a request for 3 s.
const ANSWER_LIMIT: Duration = Duration::from_secs(15);

/// The largest answer.
const BODY_MAX_BYTES: usize = 256 * 1024 * 1024;

/// The setting for additional certificates.
const CA_FILE: &str = "--ca-file";

/// Sends `GET path`.
///
/// # Errors
/// Each names the hub, the cause and the remedy.
pub(super) async fn fetch(
    server: &ServerUrl,
    path: &str,
    token: Option<&Token>,
    ca_file: Option<&Path>,
) -> anyhow::Result<Vec<u8>> {
    let trust = client_config(ca_file, CA_FILE)?;
    let connecting = TcpStream::connect((server.host.as_str(), server.port));
    let stream = match timeout(CONNECT_LIMIT, connecting).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
            bail!("nothing listens at {server}: is the hub running, and is this its port?")
        }
        Ok(Err(error)) => bail!("cannot reach {server} ({error}): check the address"),
        Err(_) => bail!("{server} does not answer: is the host up?"),
    };
    if !server.tls {
        return ask(stream, server, path, token).await;
    }
    let name = ServerName::try_from(server.host.clone()).with_context(|| {
        format!(
            "{server}: no certificate can be valid for `{}`",
            server.host
        )
    })?;
    let stream = match timeout(TLS_LIMIT, TlsConnector::from(trust).connect(name, stream)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => {
            return Err(handshake_error(server, &error, "its URL", CA_FILE));
        }
        Err(_) => bail!("{server} does not respond over TLS: is it http?"),
    };
    ask(stream, server, path, token).await
}

async fn ask(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    server: &ServerUrl,
    path: &str,
    token: Option<&Token>,
) -> anyhow::Result<Vec<u8>> {
    let answer = timeout(ANSWER_LIMIT, exchange(stream, server, path, token)).await;
    let (status, body) =
        answer.map_err(|_| anyhow!("{server} accepts the request but does not answer"))??;
    let text = String::from_utf8_lossy(&body);
    let reason = shown(text.lines().next().unwrap_or_default());
    match (status, token) {
        (StatusCode::OK, _) => Ok(body),
        (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, None) => {
            bail!("{server} requires a token: set TETHER_TOKEN (or TETHER_READ_TOKEN) to the hub's")
        }
        (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, Some(_)) => bail!(
            "{server} rejects the token: set TETHER_TOKEN (or TETHER_READ_TOKEN) to the hub's; an \
             agent's token does not open /config"
        ),
        (StatusCode::TOO_MANY_REQUESTS, _) => {
            bail!("{server} has rejected too many tokens recently: wait a minute")
        }
        _ => bail!("{server} answers {status}: {reason}"),
    }
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    server: &ServerUrl,
    path: &str,
    token: Option<&Token>,
) -> anyhow::Result<(StatusCode, Vec<u8>)> {
    let no_hub = || format!("{server} does not answer like a hub: check the address");
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .with_context(no_hub)?;
    let connection = tokio::spawn(connection);
    let mut request = Request::get(format!("{}{path}", server.prefix))
        .header(HOST, server.authority())
        .body(Empty::<Bytes>::new())
        .with_context(no_hub)?;
    if let Some(token) = token {
        let mut value = HeaderValue::from_str(&format!("Bearer {}", token.reveal()))
            .context("the token has characters that a header cannot carry: use plain ASCII")?;
        value.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, value);
    }
    let response = sender.send_request(request).await.with_context(no_hub)?;
    let status = response.status();
    let body = Limited::new(response.into_body(), BODY_MAX_BYTES)
        .collect()
        .await
        .map_err(|error| anyhow!("the answer of {server} ends early: {error}"))?;
    connection.abort();
    Ok((status, body.to_bytes().to_vec()))
}
