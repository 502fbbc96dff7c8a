//! Requests to one engine, through bollard over a transport of our own: it tells when a
//! subscription stands, asks in the negotiated API version, and says what failed in plain words.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, anyhow};
use bollard::errors::Error;
use bollard::models::EventMessage;
use bollard::query_parameters::{EventsOptions, InspectContainerOptions, ListContainersOptions};
use bollard::{API_DEFAULT_VERSION, BollardRequest, Docker};
use futures_util::{Stream, StreamExt};
use hyper::body::Incoming;
use hyper::header::{HOST, HeaderValue};
use hyper::{Response, Uri};
use hyper_util::rt::TokioIo;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::container::{Container, Idle};
use super::endpoint::{Endpoint, Way};
use super::marks::{Event, Heard, signal};
use super::read;

/// An engine that has not answered a request by then does not answer.
pub(super) const REQUEST_LIMIT: Duration = Duration::from_secs(10);

/// The first probe of a silent TCP connection to an engine, and the time between probes.
const KEEPALIVE: Duration = Duration::from_secs(15);

/// The events after which a list may say something else.
const EVENTS: [&str; 12] = [
    "start",
    "die",
    "kill",
    "stop",
    "health_status",
    "rename",
    "pause",
    "unpause",
    "destroy",
    "update",
    "connect",
    "disconnect",
];

/// One engine, its API version negotiated.
#[derive(Debug, Clone)]
pub(super) struct Client {
    endpoint: Endpoint,
    version: String,
}

/// Told once the engine has taken the subscription.
type Accepted = Arc<Mutex<Option<oneshot::Sender<()>>>>;

impl Client {
    /// Asks the engine which API it speaks and takes the newest that both know.
    pub(super) async fn connect(endpoint: &Endpoint) -> anyhow::Result<Self> {
        let docker = docker(endpoint, None, None)?;
        let answer = limited(endpoint, "GET /version", docker.version()).await?;
        let number = |text: Option<String>| -> Option<(usize, usize)> {
            let (major, minor) = text.as_deref()?.split_once('.')?;
            Some((major.parse().ok()?, minor.parse().ok()?))
        };
        let ours = (
            API_DEFAULT_VERSION.major_version,
            API_DEFAULT_VERSION.minor_version,
        );
        let theirs = number(answer.api_version).unwrap_or(ours);
        let least = number(answer.min_api_version).unwrap_or_default();
        let (major, minor) = ours.min(theirs).max(least);
        Ok(Self {
            endpoint: endpoint.clone(),
            version: format!("{major}.{minor}"),
        })
    }

    /// The API version in use.
    pub(super) fn version(&self) -> &str {
        &self.version
    }

    /// The engine's id and its host's name.
    pub(super) async fn identity(&self) -> anyhow::Result<(Option<String>, Option<String>)> {
        let info = limited(&self.endpoint, "GET /info", self.docker(None)?.info()).await?;
        let filled = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        Ok((filled(info.id), filled(info.name)))
    }

    /// The running containers, sorted by id.
    pub(super) async fn list(&self) -> anyhow::Result<Vec<Container>> {
        let running = HashMap::from([("status".to_owned(), vec!["running".to_owned()])]);
        let options = ListContainersOptions {
            filters: Some(running),
            ..Default::default()
        };
        let docker = self.docker(None)?;
        let list = docker.list_containers(Some(options));
        Ok(read::containers(
            limited(&self.endpoint, "GET /containers/json", list).await?,
        ))
    }

    /// The containers that do not run, sorted by name.
    pub(super) async fn idle(&self) -> anyhow::Result<Vec<Idle>> {
        let options = ListContainersOptions {
            all: true,
            ..Default::default()
        };
        let docker = self.docker(None)?;
        let list = docker.list_containers(Some(options));
        Ok(read::idle(
            limited(&self.endpoint, "GET /containers/json", list).await?,
        ))
    }

    /// The container's own stop signal; none if it has none of its own, or cannot be inspected.
    pub(super) async fn stop_signal(&self, id: &str) -> Option<i32> {
        let docker = self.docker(None).ok()?;
        let inspect = docker.inspect_container(id, None::<InspectContainerOptions>);
        let answer = limited(&self.endpoint, "GET /containers/ID/json", inspect)
            .await
            .ok()?;
        signal(&answer.config?.stop_signal?)
    }

    /// The engine's events from the moment on at which the receiver is told.
    pub(super) fn events(
        &self,
    ) -> anyhow::Result<(
        impl Stream<Item = anyhow::Result<Heard>> + use<>,
        oneshot::Receiver<()>,
    )> {
        let (accepted, wait) = oneshot::channel();
        let docker = self.docker(Some(Arc::new(Mutex::new(Some(accepted)))))?;
        let strings = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect();
        let filters = HashMap::from([
            ("type".to_owned(), strings(&["container", "network"])),
            ("event".to_owned(), strings(&EVENTS)),
        ]);
        let stream = docker.events(Some(EventsOptions {
            filters: Some(filters),
            ..Default::default()
        }));
        let endpoint = self.endpoint.clone();
        let stream = stream.map(move |message| match message {
            Ok(message) => Ok(Heard {
                at: message.time_nano,
                event: event(message),
            }),
            Err(error) => Err(words(&endpoint, "GET /events", &error)),
        });
        Ok((stream, wait))
    }

    fn docker(&self, accepted: Option<Accepted>) -> anyhow::Result<Docker> {
        docker(&self.endpoint, Some(&self.version), accepted)
    }
}

fn docker(
    endpoint: &Endpoint,
    version: Option<&str>,
    accepted: Option<Accepted>,
) -> anyhow::Result<Docker> {
    let way = endpoint.way.clone();
    let prefix = version
        .map(|version| format!("/v{version}"))
        .unwrap_or_default();
    let transport = move |request| send(way.clone(), prefix.clone(), request, accepted.clone());
    let limit = REQUEST_LIMIT.as_secs();
    Docker::connect_with_custom_transport(
        transport,
        Some("http://engine"),
        limit,
        API_DEFAULT_VERSION,
    )
    .context("bollard refuses our transport")
}

/// bollard bounds the wait for an answer's head only.
async fn limited<T>(
    endpoint: &Endpoint,
    what: &str,
    request: impl Future<Output = Result<T, Error>>,
) -> anyhow::Result<T> {
    match timeout(REQUEST_LIMIT, request).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(words(endpoint, what, &error)),
        Err(_) => Err(words(endpoint, what, &Error::RequestTimeoutError)),
    }
}

async fn send(
    way: Way,
    prefix: String,
    mut request: BollardRequest,
    accepted: Option<Accepted>,
) -> Result<Response<Incoming>, Error> {
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str());
    // bollard leaves the version out of its paths; should it put it in one day, it knows better.
    let path = if path.starts_with("/v1.") {
        path.to_owned()
    } else {
        format!("{prefix}{path}")
    };
    *request.uri_mut() = Uri::try_from(path).map_err(|err| Error::InvalidURIError { err })?;
    let response = match &way {
        Way::Unix(path) => exchange(UnixStream::connect(path).await?, "docker", request).await?,
        Way::Tcp(authority) => {
            let stream = TcpStream::connect(authority).await?;
            let keepalive = TcpKeepalive::new()
                .with_time(KEEPALIVE)
                .with_interval(KEEPALIVE);
            // Without it a silent stream is still renewed in time.
            let _ = SockRef::from(&stream).set_tcp_keepalive(&keepalive);
            exchange(stream, authority, request).await?
        }
    };
    if let Some(accepted) = accepted
        && response.status().is_success()
        && let Some(accepted) = accepted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    {
        // The one who waits may have given up.
        let _ = accepted.send(());
    }
    Ok(response)
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    host: &str,
    mut request: BollardRequest,
) -> Result<Response<Incoming>, Error> {
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    // It ends with the answer's body; what fails in it, the body's reader is told.
    tokio::spawn(connection);
    if let Ok(host) = HeaderValue::from_str(host) {
        request.headers_mut().insert(HOST, host);
    }
    Ok(sender.send_request(request).await?)
}

fn event(message: EventMessage) -> Event {
    let Some(actor) = message.actor else {
        return Event::Other;
    };
    let Some(id) = actor.id else {
        return Event::Other;
    };
    match message.action.as_deref() {
        Some("kill") => {
            let sent = actor
                .attributes
                .as_ref()
                .and_then(|all| signal(all.get("signal")?));
            sent.map_or(Event::Other, |number| Event::Kill(id, number))
        }
        Some("die") => Event::Die(id),
        Some("start") => Event::Start(id),
        _ => Event::Other,
    }
}

/// What failed, and what to do about it.
fn words(endpoint: &Endpoint, what: &str, error: &Error) -> anyhow::Error {
    let path = match &endpoint.way {
        Way::Unix(path) => path.display().to_string(),
        Way::Tcp(authority) => authority.clone(),
    };
    let unix = matches!(endpoint.way, Way::Unix(_));
    match error {
        Error::IOError { err } => match err.kind() {
            ErrorKind::NotFound if unix => anyhow!(
                "no Docker socket at {path}: start Docker, mount the socket into this container \
                 (-v /var/run/docker.sock:/var/run/docker.sock:ro), or set DOCKER_HOST"
            ),
            ErrorKind::PermissionDenied => anyhow!(
                "no permission for the Docker socket {path}: run as root or as a member of the \
                 group docker (in a container: group_add with that group's number)"
            ),
            ErrorKind::ConnectionRefused => {
                anyhow!("nobody listens at {path}: start Docker, or correct DOCKER_HOST")
            }
            // Connecting fails with the system's own errors, reading an answer with others' inside.
            _ if err.get_ref().is_some() => {
                anyhow!("the connection to the Docker engine at {path} is lost")
            }
            _ => anyhow!("cannot reach the Docker engine at {path}: {err}; check DOCKER_HOST"),
        },
        Error::DockerResponseServerError {
            status_code: 403, ..
        } => anyhow!(
            "{path} forbids {what}: let the socket proxy allow _ping, version, info, events and \
             containers"
        ),
        Error::DockerResponseServerError {
            status_code,
            message,
        } => {
            anyhow!(
                "the Docker engine at {path} answers {what} with {status_code}: {}",
                message.trim()
            )
        }
        Error::RequestTimeoutError => anyhow!(
            "the Docker engine at {path} has not answered {what} within {} s: see its log",
            REQUEST_LIMIT.as_secs()
        ),
        Error::HyperResponseError { err } => {
            anyhow!("the connection to the Docker engine at {path} is lost ({what}: {err})")
        }
        Error::JsonDataError { message, .. } => anyhow!(
            "the Docker engine at {path} answers {what} in a form that this version does not \
             know: {message}"
        ),
        other => anyhow!("the Docker engine at {path} fails {what}: {other}"),
    }
}
