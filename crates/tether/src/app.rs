//! All paths of the hub, and who may use them.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn_with_state, map_response};
use axum::routing::{get, post};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::agents::{self, AgentContext};
use crate::auth::{Guard, Tokens, login};
use crate::dashboard::{Feed, assets, events};
use crate::hub::Hub;
use crate::serve::{ConfigEndpoint, config, forget, legacy_api, probes};
use crate::settings::Settings;

/// The largest body of a request, which is a token or an agent's name.
const BODY_MAX_BYTES: usize = 16 * 1024;

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
    let endpoint = ConfigEndpoint::new(hub, shutdown);
    let context = AgentContext {
        hub: hub.clone(),
        tasks,
        shutdown: shutdown.clone(),
        frame_limit: settings.frame_limit,
        lease: settings.lease.limit(),
    };

    let traefik = Router::new()
        .route("/config", get(config::config))
        .route_layer(from_fn_with_state(guard.clone(), Guard::read))
        .with_state(endpoint);
    let agent = Router::new()
        .route(tether_proto::AGENT_PATH, get(agents::upgrade))
        .route_layer(from_fn_with_state(guard.clone(), Guard::agent))
        .with_state(context);
    let probes = Router::new()
        .route("/healthz", get(probes::health))
        .route("/readyz", get(probes::readiness))
        .with_state(hub.clone());
    let dashboard = (!settings.no_web).then(|| {
        let feed = Feed::new(hub.published(), settings.entry_point_ports());
        events::routes(events::Dashboard::new(feed, shutdown.clone()))
    });
    let readers = legacy_api::routes(legacy_api::LegacyApi::new(hub, shutdown), dashboard)
        .route_layer(from_fn_with_state(guard.clone(), Guard::web));
    let open = traefik.merge(agent).merge(probes).merge(readers);
    if settings.no_web {
        return open.layer(map_response(assets::secure));
    }
    let change = Router::new()
        .route("/api/forget", post(forget::forget))
        .layer(DefaultBodyLimit::max(BODY_MAX_BYTES))
        .route_layer(from_fn_with_state(guard.clone(), Guard::web))
        .with_state(hub.clone());
    let login = Router::new()
        .route("/api/login", post(login::login))
        .route("/api/logout", post(login::logout))
        .layer(DefaultBodyLimit::max(BODY_MAX_BYTES))
        .with_state(guard);
    open.merge(login)
        .merge(change)
        .merge(assets::routes())
        .layer(map_response(assets::secure))
}
