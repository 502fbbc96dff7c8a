//! Sends `GET` to a gateway's API: within limits, without following redirects.

use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use axum::body::Bytes;
use axum::http::header::{HOST, LOCATION};
use axum::http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tether_runtime::tls::handshake_error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use traefik_config::shown;

use super::gateway::{ADDRESS, AUTH_FILE, CA_FILE, Gateway};

/// The limit for connecting, and for the TLS handshake.
const CONNECT_LIMIT: Duration = Duration::from_secs(2);

/// A connection to a gateway's API. It is closed when it is dropped.
pub(super) struct Connection<'a> {
    gateway: &'a Gateway,
    sender: SendRequest<Empty<Bytes>>,
    task: JoinHandle<()>,
}

impl Drop for Connection<'_> {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Gateway {
    /// Connects to its API.
    ///
    /// # Errors
    /// The cause and the remedy.
    pub(super) async fn connect(&self) -> anyhow::Result<Connection<'_>> {
        let server = &self.server;
        let connecting = TcpStream::connect((server.host.as_str(), server.port));
        let stream = match timeout(CONNECT_LIMIT, connecting).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => bail!(
                "nothing listens at {server}: is Traefik running, and is this the entry point of \
                 its API?"
            ),
            Ok(Err(error)) => bail!("cannot reach {server} ({error}): check {ADDRESS}"),
            Err(_) => bail!("{server} does not answer: check {ADDRESS}"),
        };
        // Requests are small and each waits for the answer to the one before.
        let _ = stream.set_nodelay(true);
        if !server.tls {
            return self.speak(stream).await;
        }
        let name = ServerName::try_from(server.host.clone()).with_context(|| {
            format!(
                "{server}: no certificate can be valid for `{}`",
                server.host
            )
        })?;
        let connector = TlsConnector::from(self.trust.clone());
        match timeout(CONNECT_LIMIT, connector.connect(name, stream)).await {
            Ok(Ok(stream)) => self.speak(stream).await,
            Ok(Err(error)) => Err(handshake_error(server, &error, ADDRESS, CA_FILE)),
            Err(_) => bail!("{server} does not respond over TLS: is it http?"),
        }
    }

    async fn speak(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    ) -> anyhow::Result<Connection<'_>> {
        let (sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .with_context(|| format!("{} does not speak HTTP", self.server))?;
        let task = tokio::spawn(async move {
            // A fault is reported by the request that meets it.
            let _ = connection.await;
        });
        Ok(Connection {
            gateway: self,
            sender,
            task,
        })
    }
}

impl Connection<'_> {
    /// The body of the answer to `GET path`, which has at most `limit` bytes.
    ///
    /// # Errors
    /// The cause and the remedy.
    pub(super) async fn get(&mut self, path: &str, limit: usize) -> anyhow::Result<Bytes> {
        let server = &self.gateway.server;
        let no_traefik = || format!("{server} does not answer like Traefik: check {ADDRESS}");
        let mut request = Request::get(format!("{}{path}", server.prefix))
            .header(HOST, server.authority())
            .body(Empty::new())
            .with_context(no_traefik)?;
        if let Some((name, value)) = &self.gateway.credentials {
            request.headers_mut().insert(name, value.clone());
        }
        self.sender.ready().await.with_context(no_traefik)?;
        let sent = self.sender.send_request(request).await;
        let response = sent.with_context(no_traefik)?;
        if response.status() != StatusCode::OK {
            return Err(self.refused(path, &response));
        }
        let body = Limited::new(response.into_body(), limit).collect().await;
        match body {
            Ok(body) => Ok(body.to_bytes()),
            Err(error) if error.is::<LengthLimitError>() => {
                bail!("{server} answers {path} with more than {limit} bytes: is it Traefik?")
            }
            Err(error) => bail!("the answer of {server} to {path} ends early: {error}"),
        }
    }

    fn refused(&self, path: &str, response: &Response<Incoming>) -> anyhow::Error {
        let server = &self.gateway.server;
        let status = response.status();
        match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                let what = match self.gateway.credentials {
                    Some(_) => "rejects the credentials: correct them",
                    None => "requires credentials: set them",
                };
                anyhow!("{server} {what} in {ADDRESS} (http://USER:PASSWORD@…) or in {AUTH_FILE}")
            }
            StatusCode::NOT_FOUND => anyhow!(
                "{server} has no {path}: is this the entry point of Traefik's API, and is the API \
                 enabled (`--api=true`)?"
            ),
            _ if status.is_redirection() => {
                let location = response.headers().get(LOCATION);
                let location = location.and_then(|value| value.to_str().ok());
                anyhow!(
                    "{server} redirects to `{}`, which is not followed: write the API's own \
                     address in {ADDRESS}",
                    shown(location.unwrap_or_default())
                )
            }
            _ => anyhow!("{server} answers {status} to {path}: see Traefik's log"),
        }
    }
}
