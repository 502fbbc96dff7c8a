//! The endpoints of legacy hubs that scripts use: the environments, and their configurations as
//! they change.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, Request, State};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use futures_util::stream;
use serde::Deserialize;
use tether_proto::DEFAULT_ENV;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::hub::Hub;
use crate::publish::Snapshot;

/// The interval of keep-alives on an idle stream.
const PING_INTERVAL: Duration = Duration::from_secs(15);

/// The path of the dashboard's stream and of the legacy one.
const EVENTS_PATH: &str = "/api/events";

/// The state of these endpoints. Clones share it.
#[derive(Debug, Clone)]
pub struct LegacyApi {
    hub: Hub,
    shutdown: CancellationToken,
}

impl LegacyApi {
    /// The endpoints of this hub. Streams end at `shutdown`.
    pub fn new(hub: &Hub, shutdown: &CancellationToken) -> Self {
        Self {
            hub: hub.clone(),
            shutdown: shutdown.clone(),
        }
    }
}

/// `GET /api/envs`, and `GET /api/events` with `env`; without `env` the dashboard answers, if there
/// is one. The caller adds authentication.
pub fn routes(api: LegacyApi, dashboard: Option<Router>) -> Router {
    let dashboard =
        dashboard.unwrap_or_else(|| Router::new().route(EVENTS_PATH, get(no_dashboard)));
    let events = dashboard.route_layer(from_fn_with_state(api.clone(), events));
    let envs = Router::new().route("/api/envs", get(envs));
    envs.with_state(api).merge(events)
}

async fn no_dashboard() -> (StatusCode, &'static str) {
    (
        StatusCode::NOT_FOUND,
        "no dashboard here: name an environment with ?env=\n",
    )
}

/// The names of all environments, sorted, including the default one.
async fn envs(State(api): State<LegacyApi>) -> Response {
    let snapshot = Arc::clone(&api.hub.snapshots().borrow());
    let known = snapshot.environments.keys().map(String::as_str);
    let names: BTreeSet<&str> = known.chain([DEFAULT_ENV]).collect();
    Json(names).into_response()
}

#[derive(Deserialize)]
struct EventsQuery {
    env: Option<String>,
}

/// Streams an environment's configuration and its changes, waiting for the environment if it does
/// not exist yet. Sends nothing before the hub is ready.
async fn events(
    State(api): State<LegacyApi>,
    Query(query): Query<EventsQuery>,
    request: Request,
    next: Next,
) -> Response {
    let env = match query.env {
        Some(env) if request.uri().path() == EVENTS_PATH => env,
        _ => return next.run(request).await,
    };
    let mut snapshots = api.hub.snapshots();
    snapshots.mark_changed();
    let reader = Reader {
        env: if env.is_empty() {
            DEFAULT_ENV.to_owned()
        } else {
            env
        },
        snapshots,
        shutdown: api.shutdown,
        last_sent: None,
    };
    let events = stream::unfold(reader, |mut reader| async {
        let event = reader.next().await?;
        Some((event, reader))
    });
    let alive = KeepAlive::new().interval(PING_INTERVAL).text("ping");
    Sse::new(events).keep_alive(alive).into_response()
}

struct Reader {
    env: String,
    snapshots: watch::Receiver<Arc<Snapshot>>,
    shutdown: CancellationToken,
    /// The ETag of the configuration that was sent last.
    last_sent: Option<HeaderValue>,
}

impl Reader {
    /// The next configuration; none at shutdown.
    async fn next(&mut self) -> Option<Result<Event, std::str::Utf8Error>> {
        loop {
            tokio::select! {
                changed = self.snapshots.changed() => changed.ok()?,
                () = self.shutdown.cancelled() => return None,
            }
            let snapshot = Arc::clone(&self.snapshots.borrow_and_update());
            let environment = snapshot.environments.get(&self.env);
            let Some(environment) = environment.filter(|_| snapshot.ready) else {
                continue;
            };
            let tag = &environment.config.etag;
            if self.last_sent.as_ref() != Some(tag) {
                self.last_sent = Some(tag.clone());
                let text = std::str::from_utf8(&environment.config.json);
                return Some(text.map(|text| Event::default().data(text)));
            }
        }
    }
}
