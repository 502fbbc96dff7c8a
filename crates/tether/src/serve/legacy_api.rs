//! What scripts ask of the hub before this one: its environments, and their configurations as
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

/// A silent stream says that it lives this often.
const PING_INTERVAL: Duration = Duration::from_secs(15);

/// The path that the dashboard's stream and the old one share.
const EVENTS: &str = "/api/events";

/// What these paths share. Clones are the same.
#[derive(Debug, Clone)]
pub struct LegacyApi {
    hub: Hub,
    shutdown: CancellationToken,
}

impl LegacyApi {
    /// The paths of this hub; its streams end at `shutdown`.
    pub fn new(hub: &Hub, shutdown: &CancellationToken) -> Self {
        Self {
            hub: hub.clone(),
            shutdown: shutdown.clone(),
        }
    }
}

/// `GET /api/envs`, and `GET /api/events` with an `env`; without one it stays the dashboard's,
/// if there is one. Who may see them is decided by the caller.
pub fn routes(api: LegacyApi, dashboard: Option<Router>) -> Router {
    let rest = dashboard.unwrap_or_else(|| Router::new().route(EVENTS, get(no_dashboard)));
    let rest = rest.route_layer(from_fn_with_state(api.clone(), events));
    let envs = Router::new().route("/api/envs", get(envs));
    envs.with_state(api).merge(rest)
}

async fn no_dashboard() -> (StatusCode, &'static str) {
    (
        StatusCode::NOT_FOUND,
        "no dashboard here: name an environment with ?env=\n",
    )
}

/// The names of all environments, sorted; there is always the default one.
async fn envs(State(api): State<LegacyApi>) -> Response {
    let snapshot = Arc::clone(&api.hub.snapshots().borrow());
    let names = snapshot.environments.keys().map(String::as_str);
    let names: BTreeSet<&str> = names.chain([DEFAULT_ENV]).collect();
    Json(names).into_response()
}

#[derive(Deserialize)]
struct EventsQuery {
    env: Option<String>,
}

/// One environment's configuration, as it is and whenever it changes; an environment that there
/// is not yet is waited for. Nothing is said before the hub is ready.
async fn events(
    State(api): State<LegacyApi>,
    Query(query): Query<EventsQuery>,
    request: Request,
    next: Next,
) -> Response {
    let env = match query.env {
        Some(env) if request.uri().path() == EVENTS => env,
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
        told: None,
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
    /// The tag of the configuration that was told last.
    told: Option<HeaderValue>,
}

impl Reader {
    /// The next configuration; none at the end.
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
            if self.told.as_ref() != Some(tag) {
                self.told = Some(tag.clone());
                let text = std::str::from_utf8(&environment.config.json);
                return Some(text.map(|text| Event::default().data(text)));
            }
        }
    }
}
