//! `GET /config`: the snapshot in, what Traefik reads out, held back while nothing is new.

mod encoding;
mod served;
mod wish;

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Extension, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::hub::Hub;
use crate::observed::is_forwarded;
use crate::server::Conn;
use crate::snapshot::{Environment, Form, Snapshot};
use encoding::takes_gzip;
pub use served::Served;
pub use wish::WAIT_LIMIT;
use wish::{Format, Wish};

/// How long a request is held while the hub is not ready. Traefik asks again after a refusal
/// only after up to 20 s, and gives a request up after 5 s, so holding is better.
const READY_HOLD: Duration = Duration::from_secs(3);

/// What the endpoints of the hub share.
#[derive(Debug, Clone)]
pub struct Endpoint {
    hub: Hub,
    snapshots: watch::Receiver<Arc<Snapshot>>,
    shutdown: CancellationToken,
}

/// `GET /config`.
pub async fn config(
    State(endpoint): State<Endpoint>,
    conn: Option<Extension<Arc<Conn>>>,
    RawQuery(query): RawQuery,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let begun = Instant::now();
    let wish = match Wish::of(query.as_deref().unwrap_or_default()) {
        Ok(wish) => wish,
        Err(message) => return (StatusCode::BAD_REQUEST, message).into_response(),
    };
    let snapshot = endpoint.ready(begun).await;
    if !snapshot.ready {
        return not_ready(&snapshot);
    }
    let Some(mut environment) = snapshot.environments.get(&*wish.env).cloned() else {
        return unknown(&wish.env);
    };
    let gzip = takes_gzip(&headers);
    let mut form = environment.form(wish.format, gzip).await;
    // Behind a proxy a connection is not one client's, and the answer to a HEAD is not read.
    let conn = conn.filter(|_| method == Method::GET && !is_forwarded(&headers));
    if let Some(conn) = &conn
        && !wish.wait.is_zero()
        && conn.has(&wish, &environment, &form, &headers)
    {
        let newer = endpoint.newer(&wish, &environment, begun + wish.wait);
        let Some(newer) = newer.await else {
            return unknown(&wish.env);
        };
        environment = newer;
        form = environment.form(wish.format, gzip).await;
    }
    if names(&headers, &form.etag) {
        return (StatusCode::NOT_MODIFIED, about(&form, wish.format)).into_response();
    }
    if let Some(conn) = &conn {
        let tag = &environment.config.etag;
        conn.served.note(&wish.env, wish.format, tag);
    }
    let mut response = Response::new(Body::from(form.body.clone()));
    *response.headers_mut() = about(&form, wish.format);
    response
}

/// `GET /healthz`: alive, and what is served is what is known.
pub async fn health(State(endpoint): State<Endpoint>) -> Response {
    if endpoint.hub.is_healthy() {
        "ok\n".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "failing\n").into_response()
    }
}

/// `GET /readyz`: whether `/config` is answered.
pub async fn readiness(State(endpoint): State<Endpoint>) -> Response {
    if endpoint.snapshots.borrow().ready {
        "ready\n".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response()
    }
}

impl Endpoint {
    /// The endpoints of this hub. From `shutdown` on no request is held.
    pub fn new(hub: &Hub, shutdown: &CancellationToken) -> Self {
        Self {
            hub: hub.clone(),
            snapshots: hub.snapshots(),
            shutdown: shutdown.clone(),
        }
    }

    /// The snapshot as soon as the hub is ready, or the one that there is after the hold.
    async fn ready(&self, begun: Instant) -> Arc<Snapshot> {
        let now = self.snapshots.borrow().clone();
        if now.ready {
            return now;
        }
        self.wait(begun + READY_HOLD, |snapshot| snapshot.ready)
            .await
    }

    /// The environment as soon as its configuration is another one than `known`, or as it is at
    /// the end of the wait; none if it is gone.
    async fn newer(
        &self,
        wish: &Wish<'_>,
        known: &Environment,
        end: Instant,
    ) -> Option<Arc<Environment>> {
        let is_new = |snapshot: &Snapshot| {
            let now = snapshot.environments.get(&*wish.env);
            now.is_none_or(|now| now.config.etag != known.config.etag)
        };
        let now = self.wait(end, is_new).await;
        now.environments.get(&*wish.env).cloned()
    }

    /// The first snapshot that is `wanted`, or the one that there is at the end or at shutdown.
    async fn wait(&self, end: Instant, wanted: impl Fn(&Snapshot) -> bool) -> Arc<Snapshot> {
        let mut snapshots = self.snapshots.clone();
        let change = async {
            tokio::select! {
                _ = snapshots.wait_for(|snapshot| wanted(snapshot)) => {}
                () = self.shutdown.cancelled() => {}
            }
        };
        // Whatever ended the wait, what is there now is answered.
        let _ = timeout_at(end, change).await;
        self.snapshots.borrow().clone()
    }
}

impl Environment {
    async fn form(self: &Arc<Self>, format: Format, gzip: bool) -> Form {
        match format {
            Format::Json => self.json(gzip).await,
            Format::Yaml => self.yaml(gzip).await,
        }
    }
}

impl Conn {
    /// True if who asks has this configuration: he says so himself, or was served it here.
    fn has(
        &self,
        wish: &Wish<'_>,
        environment: &Environment,
        form: &Form,
        headers: &HeaderMap,
    ) -> bool {
        if headers.contains_key(header::IF_NONE_MATCH) {
            return names(headers, &form.etag);
        }
        let tag = &environment.config.etag;
        self.served.has(&wish.env, wish.format, tag)
    }
}

fn about(form: &Form, format: Format) -> HeaderMap {
    let mut about = HeaderMap::with_capacity(12);
    let kind = match format {
        Format::Json => "application/json",
        Format::Yaml => "application/yaml",
    };
    about.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    about.insert(header::ETAG, form.etag.clone());
    about.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    about.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if form.gzip {
        about.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    about
}

fn not_ready(snapshot: &Snapshot) -> Response {
    let why = if snapshot.awaited.is_empty() {
        "no agent has told its routes yet".to_owned()
    } else {
        format!("waiting for {}", snapshot.awaited.join(", "))
    };
    let body = format!("not ready: {why}; keep the configuration you have\n");
    (
        StatusCode::SERVICE_UNAVAILABLE,
        [(header::RETRY_AFTER, "1")],
        body,
    )
        .into_response()
}

fn unknown(env: &str) -> Response {
    let message = format!("no agent of an environment `{env}` has told its routes\n");
    (StatusCode::NOT_FOUND, message).into_response()
}

/// True if `If-None-Match` names this ETag.
fn names(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let wanted = headers.get_all(header::IF_NONE_MATCH).iter();
    let mut tags = wanted
        .filter_map(|value| value.to_str().ok())
        .flat_map(|v| v.split(','));
    tags.any(|tag| {
        let tag = tag.trim();
        let tag = tag.strip_prefix("W/").unwrap_or(tag);
        tag == "*" || tag.as_bytes() == etag.as_bytes()
    })
}
