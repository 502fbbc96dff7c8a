//! HTTP requests to the Docker socket in, the engine's answers out.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::{Context, bail};
use axum::body::Body;
use axum::extract::{Path as Segment, Query, State as Shared};
use axum::http::{HeaderName, HeaderValue, Request, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{Router, get};
use futures_util::stream;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::UnixListener;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::answer::{self, API_VERSION};
use crate::engine::Engine;
use crate::events::Event;
use crate::filters::Filters;
use crate::state::Container;
use crate::time::{parse_stamp, unix_nanos};

/// Connections at a time; a further one waits until one of them is closed.
const MAX_CONNECTIONS: usize = 1024;
/// How long a connection may be idle, as long as in a real engine.
const IDLE: Duration = Duration::from_secs(300);
/// The filters a list knows; a real engine knows some more, and refuses the others likewise.
const LIST_FILTERS: [&str; 6] = ["health", "id", "label", "name", "network", "status"];

/// Binds a Unix socket, where nobody else serves one.
pub(crate) fn bind_unix(path: &Path) -> anyhow::Result<UnixListener> {
    let shown = path.display();
    if std::fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_socket()) {
        if std::os::unix::net::UnixStream::connect(path).is_ok() {
            bail!("cannot serve on {shown}: another engine does; choose another path");
        }
        std::fs::remove_file(path).with_context(|| format!("cannot remove the dead {shown}"))?;
    }
    UnixListener::bind(path).with_context(|| format!("cannot listen on the Unix socket {shown}"))
}

/// Serves until `shutdown`, then drops all connections.
pub(crate) async fn serve<L: axum::serve::Listener>(
    engine: Engine,
    mut listener: L,
    shutdown: CancellationToken,
) {
    let router = router(engine);
    let mut connections = JoinSet::new();
    loop {
        let full = connections.len() >= MAX_CONNECTIONS;
        tokio::select! {
            () = shutdown.cancelled() => break,
            Some(_) = connections.join_next() => {}
            (stream, _) = listener.accept(), if !full => {
                let router = router.clone();
                connections.spawn(async move {
                    let service = service_fn(|request| route(router.clone(), request));
                    let mut http = hyper::server::conn::http1::Builder::new();
                    http.timer(TokioTimer::new()).header_read_timeout(IDLE);
                    // Whatever goes wrong on a connection is the client's affair.
                    let _ = http.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        }
    }
    connections.shutdown().await;
}

fn router(engine: Engine) -> Router {
    Router::new()
        // GET routes answer HEAD too, so those that must not are named once more.
        .route("/_ping", get(ping))
        .route("/version", get(version).head(not_found))
        .route("/info", get(info).head(not_found))
        .route("/containers/json", get(list).head(not_found))
        .route("/containers/{container}/json", get(inspect).head(not_found))
        .route("/events", get(events).head(not_found))
        .fallback(not_found)
        .method_not_allowed_fallback(not_found)
        .layer(from_fn_with_state(engine.clone(), about))
        .with_state(engine)
}

/// Takes `/v1.NN` off the path, as a real engine does, and holds the answer back if told to.
async fn route(router: Router, request: Request<Incoming>) -> Result<Response, Infallible> {
    let mut request = request.map(Body::new);
    if let Some(uri) = unversioned(request.uri()) {
        *request.uri_mut() = uri;
    }
    router.oneshot(request).await
}

fn unversioned(uri: &Uri) -> Option<Uri> {
    let rest = uri.path_and_query()?.as_str().strip_prefix("/v")?;
    let (version, path) = rest.split_once('/')?;
    let digits = version
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    if version.is_empty() || !digits {
        return None;
    }
    format!("/{path}").parse().ok()
}

async fn about(Shared(engine): Shared<Engine>, request: Request<Body>, next: Next) -> Response {
    let delay = engine.shared().faults.orders().delay;
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    let mut response = next.run(request).await;
    for (name, value) in ABOUT {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

/// What every answer says of the engine.
const ABOUT: [(HeaderName, &str); 4] = [
    (HeaderName::from_static("api-version"), API_VERSION),
    (HeaderName::from_static("docker-experimental"), "false"),
    (HeaderName::from_static("ostype"), "linux"),
    (header::SERVER, "Docker/27.5.1 (linux)"),
];

async fn ping() -> Response {
    let uncached = [(header::CACHE_CONTROL, "no-cache, no-store, must-revalidate")];
    (uncached, "OK").into_response()
}

async fn version() -> Response {
    json_answer(&answer::version())
}

async fn info(Shared(engine): Shared<Engine>) -> Response {
    let streams = engine.observe().borrow().streams;
    json_answer(&answer::info(&engine.state(), streams))
}

#[derive(Deserialize)]
struct ListQuery {
    all: Option<String>,
    filters: Option<String>,
}

async fn list(Shared(engine): Shared<Engine>, Query(query): Query<ListQuery>) -> Response {
    if engine.shared().faults.take_list_failure() {
        engine
            .shared()
            .faults
            .count(|observed| observed.failed_lists += 1);
        return refused(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the list was told to fail",
        );
    }
    let filters = match Filters::parse(query.filters.as_deref()) {
        Ok(filters) => filters,
        Err(error) => return refused(StatusCode::BAD_REQUEST, &error.to_string()),
    };
    if let Some(name) = filters.names().find(|name| !LIST_FILTERS.contains(name)) {
        return refused(StatusCode::BAD_REQUEST, &format!("invalid filter '{name}'"));
    }
    // A status that is asked for by name makes `all` of no account.
    let all = query.all.as_deref().is_some_and(is_true) || !filters.values("status").is_empty();
    let body = {
        let state = engine.state();
        // A real engine lists the newest first.
        let containers = state.containers.values().rev();
        let wanted = containers.filter(|c| (all || c.is_up()) && is_wanted(c, &filters));
        Value::Array(
            wanted
                .map(|container| answer::summary(&state, container))
                .collect(),
        )
    };
    engine.shared().faults.count(|observed| observed.lists += 1);
    json_answer(&body)
}

fn is_wanted(container: &Container, filters: &Filters) -> bool {
    let health = container.health.map_or("none", |health| health.name());
    let in_network = |wanted: &str| container.endpoints.keys().any(|name| name == wanted);
    filters.exact("status", container.status.name())
        && filters.exact("health", health)
        && filters.prefix("id", &[&container.id])
        && filters.name(&container.name())
        && filters.any("network", in_network)
        && filters.labels(&container.spec.labels)
}

async fn inspect(Shared(engine): Shared<Engine>, Segment(container): Segment<String>) -> Response {
    let body = {
        let state = engine.state();
        let found = state.find(&container).and_then(|key| state.get(key));
        found.map(|container| answer::inspect(&state, container))
    };
    match body {
        Ok(body) => {
            engine
                .shared()
                .faults
                .count(|observed| observed.inspects += 1);
            json_answer(&body)
        }
        Err(error) => refused(StatusCode::NOT_FOUND, &error.to_string()),
    }
}

#[derive(Deserialize)]
struct EventsQuery {
    since: Option<String>,
    until: Option<String>,
    filters: Option<String>,
}

async fn events(Shared(engine): Shared<Engine>, Query(query): Query<EventsQuery>) -> Response {
    let filters = match Filters::parse(query.filters.as_deref()) {
        Ok(filters) => filters,
        Err(error) => return refused(StatusCode::BAD_REQUEST, &error.to_string()),
    };
    let stamp = |text: &Option<String>| match text.as_deref().filter(|text| !text.is_empty()) {
        Some(text) => parse_stamp(text).map(Some).ok_or(()),
        None => Ok(None),
    };
    let (Ok(since), Ok(until)) = (stamp(&query.since), stamp(&query.until)) else {
        return refused(StatusCode::BAD_REQUEST, "since and until are unix seconds");
    };
    let stream = Stream {
        cut: engine.shared().faults.orders().cut.clone(),
        _counted: Counted::new(engine.clone()),
        source: engine.state().events.subscribe(since),
        filters,
        until,
    };
    let lines = stream::unfold(stream, |mut stream| async {
        let line = stream.next().await?;
        Some((line, stream))
    });
    let kind = [(header::CONTENT_TYPE, "application/json")];
    (kind, Body::from_stream(lines)).into_response()
}

/// One client's stream of events.
struct Stream {
    cut: CancellationToken,
    _counted: Counted,
    source: (VecDeque<Arc<Event>>, broadcast::Receiver<Arc<Event>>),
    filters: Filters,
    until: Option<u64>,
}

impl Stream {
    /// The next line; an error cuts the connection, none ends the stream in good order.
    async fn next(&mut self) -> Option<io::Result<Bytes>> {
        let now = unix_nanos(SystemTime::now());
        let left = self
            .until
            .map(|until| Duration::from_nanos(until.saturating_sub(now)));
        let end = async {
            match left {
                Some(left) => tokio::time::sleep(left).await,
                None => std::future::pending().await,
            }
        };
        let mut end = pin!(end);
        loop {
            let event = match self.source.0.pop_front() {
                Some(event) => event,
                None => tokio::select! {
                    () = self.cut.cancelled() => {
                        return Some(Err(io::Error::other("the stream was told to be cut")));
                    }
                    () = &mut end => return None,
                    event = self.source.1.recv() => match event {
                        Ok(event) => event,
                        // A client that reads too slowly loses the oldest, as in a real engine.
                        Err(RecvError::Lagged(_)) => continue,
                        Err(RecvError::Closed) => return None,
                    },
                },
            };
            if self.until.is_some_and(|until| event.at > until) {
                return None;
            }
            if event.passes(&self.filters) {
                let mut line = event.to_json().to_string();
                line.push('\n');
                return Some(Ok(line.into()));
            }
        }
    }
}

/// Counts a stream for as long as it is open.
struct Counted(Engine);

impl Counted {
    fn new(engine: Engine) -> Self {
        engine
            .shared()
            .faults
            .count(|observed| observed.streams += 1);
        Self(engine)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0
            .shared()
            .faults
            .count(|observed| observed.streams -= 1);
    }
}

async fn not_found() -> Response {
    refused(StatusCode::NOT_FOUND, "page not found")
}

fn refused(status: StatusCode, message: &str) -> Response {
    (status, axum::Json(json!({ "message": message }))).into_response()
}

fn json_answer(body: &Value) -> Response {
    axum::Json(body).into_response()
}

/// Docker's reading of a flag in a query.
fn is_true(text: &str) -> bool {
    !matches!(
        text.to_ascii_lowercase().trim(),
        "" | "0" | "no" | "false" | "none"
    )
}
