//! `GET` requests, each on a connection of its own.

use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{HOST, HeaderMap, HeaderName, HeaderValue};
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

/// The longest time for an answer. The hub holds a request for up to 3 s.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Response {
    /// The status code.
    pub(crate) status: u16,
    /// The headers.
    pub(crate) headers: HeaderMap,
    /// The body.
    pub(crate) body: Bytes,
}

impl Response {
    /// The body as text.
    pub(crate) fn text(&self) -> Result<&str> {
        Ok(std::str::from_utf8(&self.body)?)
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Result<Value> {
        serde_json::from_slice(&self.body)
            .with_context(|| format!("status {}, body {:?}", self.status, self.body))
    }

    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Fails unless the status is this one.
    pub(crate) fn expect(self, status: u16) -> Result<Self> {
        ensure!(
            self.status == status,
            "status {} instead of {status}: {:?}",
            self.status,
            self.body
        );
        Ok(self)
    }
}

/// `GET url`.
pub(crate) async fn get(url: &str) -> Result<Response> {
    get_with(url, &[]).await
}

/// `GET url` with headers; `Host` may be among them.
pub(crate) async fn get_with(url: &str, headers: &[(&str, &str)]) -> Result<Response> {
    let answer = tokio::time::timeout(ANSWER_LIMIT, ask(url, headers)).await;
    answer
        .map_err(|_| anyhow!("no answer within {ANSWER_LIMIT:?}"))?
        .with_context(|| format!("GET {url}"))
}

async fn ask(url: &str, headers: &[(&str, &str)]) -> Result<Response> {
    let uri: Uri = url.parse()?;
    let authority = uri.authority().context("no host in the URL")?.as_str();
    let stream = TcpStream::connect(authority)
        .await
        .context("cannot connect")?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let mut request = Request::get(path).body(Empty::<Bytes>::new())?;
    request
        .headers_mut()
        .insert(HOST, HeaderValue::from_str(authority)?);
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes())?;
        request
            .headers_mut()
            .insert(name, HeaderValue::from_str(value)?);
    }
    let response = sender.send_request(request).await?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = response.into_body().collect().await?.to_bytes();
    connection.abort();
    Ok(Response {
        status,
        headers,
        body,
    })
}
