//! Answers the HTTP requests of Docker's API.

mod error;
mod query;
mod version;

use std::cmp::Reverse;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Query, Request, State as AxumState};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{Router, get};
use hyper::body::Incoming;
use serde_json::Value;
use tower::ServiceExt;

use self::error::{ApiError, json_response};
use self::query::Params;
use self::version::strip_version;
use crate::answer;
use crate::container::Container;
use crate::filters::Filters;
use crate::info::{self, API_VERSION, VERSION};
use crate::shared::Shared;
use crate::spec::Health;
use crate::state::State;
use crate::stream;

type Answer = Result<Response, ApiError>;

/// The routes, for paths without an API version.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        // axum's GET routes answer HEAD too; in Docker only the ping does.
        .route("/_ping", get(ping))
        .route("/version", get(version).head(not_found))
        .route("/info", get(info).head(not_found))
        .route("/containers/json", get(list).head(not_found))
        .route("/containers/{container}/json", get(inspect).head(not_found))
        .route("/events", get(events).head(not_found))
        .fallback(not_found)
        .method_not_allowed_fallback(not_found)
        .with_state(shared)
}

/// Answers one request, after the injected delay.
pub(crate) async fn answer(
    shared: &Shared,
    router: Router,
    mut request: hyper::Request<Incoming>,
) -> Response {
    let delay = shared.faults().answer_delay;
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    let mut response = match strip_version(request.uri()) {
        Ok(uri) => {
            *request.uri_mut() = uri;
            match router.oneshot(request.map(Body::new)).await {
                Ok(response) => response,
                Err(never) => match never {},
            }
        }
        Err(error) => error.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert("api-version", HeaderValue::from_static(API_VERSION));
    headers.insert("docker-experimental", HeaderValue::from_static("false"));
    headers.insert("ostype", HeaderValue::from_static("linux"));
    if let Ok(server) = format!("Docker/{VERSION} (linux)").parse() {
        headers.insert(header::SERVER, server);
    }
    response
}

async fn ping() -> impl IntoResponse {
    let headers = [
        ("cache-control", "no-cache, no-store, must-revalidate"),
        ("pragma", "no-cache"),
        ("builder-version", "2"),
        ("swarm", "inactive"),
    ];
    (headers, "OK")
}

async fn version() -> Response {
    json_response(&info::version())
}

async fn info(AxumState(shared): AxumState<Arc<Shared>>) -> Response {
    let streams = shared.observe().borrow().streams;
    json_response(&info::info(&shared.state(), streams))
}

async fn list(AxumState(shared): AxumState<Arc<Shared>>, Query(params): Query<Params>) -> Answer {
    if shared.faults().take_list_failure() {
        shared.count(|seen| seen.failed_lists += 1);
        let message = "docker-sim: injected failure";
        return Err(ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, message));
    }
    let (filters, limit) = (params.list_filters()?, params.limit()?);
    let body = {
        let mut state = shared.state();
        state.record_list();
        // As in a real engine, a status or a limit implies `all`.
        let all = params.all() || limit.is_some() || !filters.values("status").is_empty();
        summaries(&state, &filters, all, limit)
    };
    let delay = shared.faults().list_delay;
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    shared.count(|seen| seen.lists += 1);
    Ok(json_response(&body))
}

/// The containers that pass, newest first.
fn summaries(state: &State, filters: &Filters, all: bool, limit: Option<usize>) -> Value {
    // The spec may set `created`, so the order of the keys is not enough.
    let mut containers: Vec<_> = state.containers.values().rev().collect();
    containers.sort_by_key(|container| Reverse(container.created));
    containers
        .into_iter()
        .filter(|container| (all || container.is_up()) && passes(container, filters))
        .take(limit.unwrap_or(usize::MAX))
        .map(|container| answer::summary(state, container))
        .collect()
}

fn passes(container: &Container, filters: &Filters) -> bool {
    let in_network = |network: &str| container.endpoints.contains_key(network);
    filters.exact("status", container.status.name())
        && filters.prefix("id", &[&container.id])
        && filters.name(&container.name())
        && filters.labels(&container.spec.labels)
        && filters.any("network", in_network)
        && filters.exact("health", container.health.map_or("none", Health::name))
}

async fn inspect(
    AxumState(shared): AxumState<Arc<Shared>>,
    Path(container): Path<String>,
) -> Answer {
    let body = {
        let state = shared.state();
        let found = state.find(&container).and_then(|key| state.get(key));
        let found = found.map_err(|error| ApiError::not_found(error.to_string()))?;
        answer::inspect(&state, found)
    };
    shared.count(|seen| seen.inspects += 1);
    Ok(json_response(&body))
}

async fn events(AxumState(shared): AxumState<Arc<Shared>>, Query(params): Query<Params>) -> Answer {
    let (filters, until, since) = (params.filters()?, params.until()?, params.since()?);
    let body = stream::body(&shared, filters, since, until);
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

async fn not_found(_: Request) -> ApiError {
    ApiError::not_found("page not found")
}
