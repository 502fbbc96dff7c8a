//! The hub's HTTP surface: every path, and who may use it.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn_with_state, map_response};
use axum::routing::{get, post};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::auth::{Guard, Tokens};
use crate::endpoint::{self, Endpoint};
use crate::hub::Hub;
use crate::legacy::surface;
use crate::session::{self, Agents};
use crate::settings::Settings;
use crate::{forget, logins, sse, web};

/// The largest body of a request, in bytes: a token, or an agent's name.
const BODY_LIMIT: usize = 16 * 1024;

/// All paths of the hub.
pub fn app(
    hub: &Hub,
    settings: &Settings,
    tokens: Tokens,
    tasks: TaskTracker,
    shutdown: &CancellationToken,
) -> Router {
    let guard = Guard {
        tokens: Arc::new(tokens),
        logins: Arc::default(),
        failures: Arc::default(),
    };
    let endpoint = Endpoint::new(hub, shutdown);
    let agents = Agents {
        hub: hub.clone(),
        tasks,
        shutdown: shutdown.clone(),
        frame_limit: settings.frame_limit,
        lease: settings.lease,
    };

    let traefik = Router::new()
        .route("/config", get(endpoint::config))
        .route_layer(from_fn_with_state(guard.clone(), Guard::read))
        .with_state(endpoint.clone());
    let agent = Router::new()
        .route(tether_proto::AGENT_PATH, get(session::upgrade))
        .route_layer(from_fn_with_state(guard.clone(), Guard::agent))
        .with_state(agents);
    let orchestrator = Router::new()
        .route("/healthz", get(endpoint::health))
        .route("/readyz", get(endpoint::readiness))
        .with_state(endpoint);
    let open = traefik.merge(agent).merge(orchestrator);
    let dashboard = (!settings.no_web)
        .then(|| sse::routes(sse::Dashboard::new(hub.pictures(), shutdown.clone())));
    let seen = surface::routes(surface::Surface::new(hub, shutdown), dashboard)
        .route_layer(from_fn_with_state(guard.clone(), Guard::web));
    let open = open.merge(seen);
    if settings.no_web {
        return open.layer(map_response(web::secure));
    }
    let change = Router::new()
        .route("/api/forget", post(forget::forget))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .route_layer(from_fn_with_state(guard.clone(), Guard::web))
        .with_state(hub.clone());
    let login = Router::new()
        .route("/api/login", post(logins::login))
        .route("/api/logout", post(logins::logout))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(guard);
    open.merge(login)
        .merge(change)
        .merge(web::routes())
        .layer(map_response(web::secure))
}
