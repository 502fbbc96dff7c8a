//! `GET /config`: the snapshot in, what Traefik reads out.

use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tether_proto::DEFAULT_ENV;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::hub::Hub;
use crate::snapshot::Snapshot;

/// How long a request is held while the hub is not ready. Traefik asks again after a refusal
/// only after up to 20 s, and gives a request up after 5 s, so holding is better.
const READY_HOLD: Duration = Duration::from_secs(3);

/// What the endpoints of the hub share.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// The hub.
    pub hub: Hub,
    /// No request is held any longer.
    pub shutdown: CancellationToken,
}

/// What may be asked for.
#[derive(Debug, Deserialize)]
pub struct Wish {
    env: Option<String>,
    format: Option<String>,
}

/// `GET /config`.
pub async fn config(
    State(endpoint): State<Endpoint>,
    Query(wish): Query<Wish>,
    headers: HeaderMap,
) -> Response {
    let snapshot = endpoint.ready().await;
    if !snapshot.ready {
        return not_ready(&snapshot);
    }
    let env = wish.env.as_deref().unwrap_or(DEFAULT_ENV);
    let Some(environment) = snapshot.environments.get(env) else {
        let message = format!("no agent is of the environment `{env}`\n");
        return (StatusCode::NOT_FOUND, message).into_response();
    };
    let (body, etag, kind) = match wish.format.as_deref() {
        None | Some("json") => (
            environment.config.json.clone(),
            &environment.config.etag,
            "application/json",
        ),
        Some("yaml") => {
            let (yaml, etag) = environment.yaml();
            (yaml.clone(), etag, "application/yaml")
        }
        Some(_) => {
            return (StatusCode::BAD_REQUEST, "format is `json` or `yaml`\n").into_response();
        }
    };
    let etag = HeaderValue::from_str(etag).expect("it is made of hex digits");
    let about = [
        (header::ETAG, etag.clone()),
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    if has(&headers, &etag) {
        return (StatusCode::NOT_MODIFIED, about).into_response();
    }
    (about, body).into_response()
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
    if endpoint.hub.snapshots().borrow().ready {
        "ready\n".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response()
    }
}

impl Endpoint {
    /// The snapshot as soon as the hub is ready, or the one that there is after the hold.
    async fn ready(&self) -> std::sync::Arc<Snapshot> {
        let mut snapshots = self.hub.snapshots();
        let ready = async {
            tokio::select! {
                _ = snapshots.wait_for(|snapshot| snapshot.ready) => {}
                () = self.shutdown.cancelled() => {}
            }
        };
        // Whatever ended the wait, what is there now is answered.
        let _ = timeout(READY_HOLD, ready).await;
        self.hub.snapshots().borrow().clone()
    }
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

fn has(headers: &HeaderMap, etag: &HeaderValue) -> bool {
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
