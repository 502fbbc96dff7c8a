//! `GET /config`: serves the snapshot, and holds requests while nothing is new.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Extension, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::connection::Conn;
use super::encoding::takes_gzip;
use super::etag;
use super::forwarded::is_forwarded;
use super::query::ConfigQuery;
use crate::hub::Hub;
use crate::publish::{Environment, Form, Format, Snapshot};

/// How long a request is held while the hub is not ready. After an error Traefik may wait for 20 s
/// before it asks again, and it gives a request up after 5 s, so holding is better.
const READY_HOLD: Duration = Duration::from_secs(3);

/// The beginning of the `User-Agent` of Go's client.
const GO_CLIENT: &str = "Go-http-client/";

/// The state of `/config`.
#[derive(Debug, Clone)]
pub struct ConfigEndpoint {
    hub: Hub,
    snapshots: watch::Receiver<Arc<Snapshot>>,
    shutdown: CancellationToken,
}

/// `GET /config`.
pub async fn config(
    State(endpoint): State<ConfigEndpoint>,
    conn: Option<Extension<Arc<Conn>>>,
    RawQuery(text): RawQuery,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let start = Instant::now();
    let query = match ConfigQuery::of(text.as_deref().unwrap_or_default()) {
        Ok(query) => query,
        Err(message) => return (StatusCode::BAD_REQUEST, message).into_response(),
    };
    let snapshot = endpoint.ready(&query.env, start).await;
    if !snapshot.answers(&query.env) {
        return not_ready(&snapshot);
    }
    let Some(mut environment) = snapshot.environments.get(&*query.env).cloned() else {
        return unknown(&query.env);
    };
    let gzip = takes_gzip(&headers);
    let mut form = environment.form(query.format, gzip).await;
    // Behind a proxy a connection is shared by clients, and a HEAD request transfers no
    // configuration.
    let conn = conn.filter(|_| method == Method::GET && !is_forwarded(&headers));
    if let Some(conn) = &conn
        && !query.wait.is_zero()
        && client_has(conn, &query, &environment, &form, &headers)
    {
        let newer = endpoint.newer(&query, &environment, start + query.wait);
        let Some(newer) = newer.await else {
            return unknown(&query.env);
        };
        environment = newer;
        form = environment.form(query.format, gzip).await;
    }
    if etag::matches(&headers, &form.etag) {
        return (StatusCode::NOT_MODIFIED, headers_of(&form, query.format)).into_response();
    }
    if let Some(conn) = &conn {
        if conn.peer.ip().to_canonical().is_loopback() && is_traefik(&headers) {
            endpoint.hub.note_local_traefik();
        }
        let tag = &environment.config.etag;
        conn.served.record(&query.env, query.format, tag);
    }
    let mut response = Response::new(Body::from(form.body.clone()));
    *response.headers_mut() = headers_of(&form, query.format);
    response
}

/// True for a request that Traefik may have sent: it uses Go's client.
fn is_traefik(headers: &HeaderMap) -> bool {
    let agent = headers.get(header::USER_AGENT);
    let agent = agent.and_then(|agent| agent.to_str().ok());
    agent.is_some_and(|agent| agent.starts_with(GO_CLIENT))
}

impl ConfigEndpoint {
    /// The endpoint of this hub. No request is held after `shutdown`.
    pub fn new(hub: &Hub, shutdown: &CancellationToken) -> Self {
        Self {
            hub: hub.clone(),
            snapshots: hub.snapshots(),
            shutdown: shutdown.clone(),
        }
    }

    /// The snapshot as soon as it answers for this environment, or the current one at the end of the
    /// hold.
    async fn ready(&self, env: &str, start: Instant) -> Arc<Snapshot> {
        let now = self.snapshots.borrow().clone();
        if now.answers(env) {
            return now;
        }
        self.wait(start + READY_HOLD, |snapshot| snapshot.answers(env))
            .await
    }

    /// The environment as soon as its configuration differs from `known`, or as it is at the end of
    /// the wait; none if it is gone.
    async fn newer(
        &self,
        query: &ConfigQuery<'_>,
        known: &Environment,
        end: Instant,
    ) -> Option<Arc<Environment>> {
        let is_new = |snapshot: &Snapshot| {
            let now = snapshot.environments.get(&*query.env);
            now.is_none_or(|now| now.config.etag != known.config.etag)
        };
        let now = self.wait(end, is_new).await;
        now.environments.get(&*query.env).cloned()
    }

    /// The first snapshot that is `wanted`, or the current one at the end or at shutdown.
    async fn wait(&self, end: Instant, wanted: impl Fn(&Snapshot) -> bool) -> Arc<Snapshot> {
        let mut snapshots = self.snapshots.clone();
        let change = async {
            tokio::select! {
                _ = snapshots.wait_for(|snapshot| wanted(snapshot)) => {}
                () = self.shutdown.cancelled() => {}
            }
        };
        // Whatever ended the wait, the current snapshot is served.
        let _ = timeout_at(end, change).await;
        self.snapshots.borrow().clone()
    }
}

/// True if the client has this configuration: its request says so, or it was served on this
/// connection.
fn client_has(
    conn: &Conn,
    query: &ConfigQuery<'_>,
    environment: &Environment,
    form: &Form,
    headers: &HeaderMap,
) -> bool {
    if headers.contains_key(header::IF_NONE_MATCH) {
        return etag::matches(headers, &form.etag);
    }
    let tag = &environment.config.etag;
    conn.served.has(&query.env, query.format, tag)
}

fn headers_of(form: &Form, format: Format) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(12);
    let kind = match format {
        Format::Json => "application/json",
        Format::Yaml => "application/yaml",
    };
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::ETAG, form.etag.clone());
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if form.gzip {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    headers
}

fn not_ready(snapshot: &Snapshot) -> Response {
    let why = if snapshot.awaited.is_empty() {
        "no agent has sent its routes yet".to_owned()
    } else {
        format!("waiting for {}", snapshot.awaited.join(", "))
    };
    let body = format!("not ready: {why}; keep the current configuration\n");
    (
        StatusCode::SERVICE_UNAVAILABLE,
        [(header::RETRY_AFTER, "1")],
        body,
    )
        .into_response()
}

fn unknown(env: &str) -> Response {
    let message = format!("unknown environment `{env}`: no agent of it has sent its routes\n");
    (StatusCode::NOT_FOUND, message).into_response()
}
