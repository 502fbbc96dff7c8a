//! HTTP requests to the Docker socket in, the engine's answers out.

use axum::body::Body;
use axum::extract::{Path, Query, Request, State as Shared};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{Router, get};
use hyper::body::Incoming;
use serde::Deserialize;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::answer::{self, API_VERSION, MIN_API_VERSION, VERSION};
use crate::container::Container;
use crate::engine::Engine;
use crate::filters::Filters;
use crate::stream;
use crate::time::parse_stamp;

/// The filters a list knows; a real engine knows some more, and refuses others likewise.
const LIST_FILTERS: [&str; 6] = ["health", "id", "label", "name", "network", "status"];

/// All the query parameters that are read.
#[derive(Debug, Deserialize)]
struct Params {
    #[serde(default)]
    all: String,
    filters: Option<String>,
    limit: Option<String>,
    since: Option<String>,
    until: Option<String>,
}

/// An answer that is not 200, in Docker's form.
struct Refusal(StatusCode, String);

type Answer = Result<Response, Refusal>;

/// The routes, without the version that may stand before them.
pub(crate) fn router(engine: Engine) -> Router {
    Router::new()
        // A GET route answers HEAD too, which of all these only the ping does.
        .route("/_ping", get(ping))
        .route("/version", get(version).head(not_found))
        .route("/info", get(info).head(not_found))
        .route("/containers/json", get(list).head(not_found))
        .route("/containers/{container}/json", get(inspect).head(not_found))
        .route("/events", get(events).head(not_found))
        .fallback(not_found)
        .method_not_allowed_fallback(not_found)
        .with_state(engine)
}

/// Answers one request, late if so ordered.
pub(crate) async fn answer(
    engine: &Engine,
    router: Router,
    mut request: hyper::Request<Incoming>,
) -> Response {
    let delay = engine.faults().orders().delay;
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
        Err(refusal) => refusal.into_response(),
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
    ok(&answer::version())
}

async fn info(Shared(engine): Shared<Engine>) -> Response {
    let streams = engine.observe().borrow().streams;
    ok(&answer::info(&engine.state(), streams))
}

async fn list(Shared(engine): Shared<Engine>, Query(params): Query<Params>) -> Answer {
    if engine.faults().take_list_failure() {
        engine.faults().count(|seen| seen.failed_lists += 1);
        let message = "docker-sim was told to fail this list".to_owned();
        return Err(Refusal(StatusCode::INTERNAL_SERVER_ERROR, message));
    }
    let filters = list_filters(&params)?;
    let limit = limit(&params)?;
    let body = {
        let mut state = engine.state();
        state.list();
        // As in a real engine, to ask for a status or a number of containers is to ask for all.
        let all = is_true(&params.all) || limit.is_some() || !filters.values("status").is_empty();
        // The newest comes first; `created` may be set, so the order of creation is not enough.
        let mut containers: Vec<_> = state.containers.iter().rev().map(|(_, c)| c).collect();
        containers.sort_by_key(|c| std::cmp::Reverse(c.created));
        let shown = containers
            .into_iter()
            .filter(|c| (all || c.is_up()) && passes(c, &filters));
        let shown = shown.take(limit.unwrap_or(usize::MAX));
        Value::Array(
            shown
                .map(|container| answer::summary(&state, container))
                .collect(),
        )
    };
    let late = engine.faults().orders().late;
    if !late.is_zero() {
        tokio::time::sleep(late).await;
    }
    engine.faults().count(|seen| seen.lists += 1);
    Ok(ok(&body))
}

async fn inspect(Shared(engine): Shared<Engine>, Path(container): Path<String>) -> Answer {
    let body = {
        let state = engine.state();
        let found = state.find(&container).and_then(|key| state.get(key));
        let found = found.map_err(|error| Refusal(StatusCode::NOT_FOUND, error.to_string()))?;
        answer::inspect(&state, found)
    };
    engine.faults().count(|seen| seen.inspects += 1);
    Ok(ok(&body))
}

async fn events(Shared(engine): Shared<Engine>, Query(params): Query<Params>) -> Answer {
    let filters = filters(&params)?;
    let stamp = |name: &str, text: &Option<String>| match text.as_deref() {
        None | Some("" | "0") => Ok(None),
        Some(text) => parse_stamp(text)
            .map(Some)
            .ok_or_else(|| bad_request(format!("invalid value for {name}: {text}"))),
    };
    let until = stamp("until", &params.until)?;
    // A `since` of 0 is all that is remembered; an `until` of 0 is none.
    let since = match params.since.as_deref() {
        Some("0") => Some(0),
        _ => stamp("since", &params.since)?,
    };
    let body = stream::body(&engine, filters, since, until);
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

async fn not_found(_: Request) -> Refusal {
    Refusal(StatusCode::NOT_FOUND, "page not found".to_owned())
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self(status, message) = self;
        (status, ok(&json!({ "message": message }))).into_response()
    }
}

fn ok(body: &Value) -> Response {
    (
        [(header::CONTENT_TYPE, "application/json")],
        format!("{body}\n"),
    )
        .into_response()
}

fn bad_request(message: String) -> Refusal {
    Refusal(StatusCode::BAD_REQUEST, message)
}

/// `/v1.47/info` is `/info`, if the version is one of ours.
fn strip_version(uri: &Uri) -> Result<Uri, Refusal> {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let unversioned = || uri.clone();
    let Some((version, rest)) = path
        .strip_prefix("/v")
        .and_then(|path| path.split_once('/'))
    else {
        return Ok(unversioned());
    };
    let (Some(asked), Some(newest), Some(oldest)) = (
        numbers(version),
        numbers(API_VERSION),
        numbers(MIN_API_VERSION),
    ) else {
        return Ok(unversioned());
    };
    if asked > newest {
        return Err(bad_request(format!(
            "client version {version} is too new. Maximum supported API version is {API_VERSION}"
        )));
    }
    if asked < oldest {
        return Err(bad_request(format!(
            "client version {version} is too old. Minimum supported API version is \
             {MIN_API_VERSION}, please upgrade your client to a newer version"
        )));
    }
    format!("/{rest}")
        .parse()
        .map_err(|_| bad_request(format!("invalid path: {path}")))
}

fn numbers(version: &str) -> Option<(u32, u32)> {
    let (major, minor) = version.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

fn filters(params: &Params) -> Result<Filters, Refusal> {
    Filters::parse(params.filters.as_deref())
        .map_err(|error| bad_request(format!("invalid filters: {error}")))
}

fn list_filters(params: &Params) -> Result<Filters, Refusal> {
    let filters = filters(params)?;
    if let Some(unknown) = filters.names().find(|name| !LIST_FILTERS.contains(name)) {
        return Err(bad_request(format!("invalid filter '{unknown}'")));
    }
    let states = [
        "created",
        "restarting",
        "running",
        "removing",
        "paused",
        "exited",
        "dead",
    ];
    let status = filters.values("status");
    if let Some(unknown) = status
        .iter()
        .find(|status| !states.contains(&status.as_str()))
    {
        return Err(bad_request(format!("invalid filter 'status={unknown}'")));
    }
    Ok(filters)
}

fn passes(container: &Container, filters: &Filters) -> bool {
    let in_network = |network: &str| container.endpoints.contains_key(network);
    filters.exact("status", container.status.name())
        && filters.prefix("id", &[&container.id])
        && filters.name(&container.name())
        && filters.labels(&container.spec.labels)
        && filters.any("network", in_network)
        && filters.exact(
            "health",
            container.health.map_or("none", |health| health.name()),
        )
}

/// How many containers are wanted at most; 0 is no limit.
fn limit(params: &Params) -> Result<Option<usize>, Refusal> {
    let Some(text) = params.limit.as_deref().filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let limit = text
        .parse()
        .map_err(|_| bad_request(format!("invalid limit: {text}")))?;
    Ok(Some(limit).filter(|limit| *limit > 0))
}

/// Docker's own reading of a truth value in a query.
fn is_true(value: &str) -> bool {
    !["", "0", "no", "false", "none"].contains(&value.trim().to_lowercase().as_str())
}
