//! What failed between us and an engine in, plain words about the cause and the remedy out.

use std::io::{self, ErrorKind};

use anyhow::anyhow;

use super::client::REQUEST_LIMIT;
use super::endpoint::{Endpoint, Way};
use crate::report::plain;

/// What may fail in one request.
#[derive(Debug)]
pub(super) enum Fault {
    /// There is no connection.
    Unreachable(io::Error),
    /// The connection was lost on the way.
    Lost(String),
    /// The engine, or a proxy before it, refuses.
    Refused(u16, String),
    /// No answer in time.
    Silent,
    /// An answer of a form that is not known.
    Strange(String),
}

impl From<hyper::Error> for Fault {
    fn from(error: hyper::Error) -> Self {
        Self::Lost(error.to_string())
    }
}

impl Fault {
    /// What failed at `what`, and what to do about it.
    pub(super) fn words(self, endpoint: &Endpoint, what: &str) -> anyhow::Error {
        let path = match &endpoint.way {
            Way::Unix(path) => path.display().to_string(),
            Way::Tcp(authority) => authority.clone(),
        };
        match self {
            Self::Unreachable(error) => unreachable(&endpoint.way, &path, &error),
            Self::Lost(error) => {
                anyhow!("the connection to the Docker engine at {path} is lost ({what}: {error})")
            }
            Self::Refused(403, _) => anyhow!(
                "{path} forbids {what}: let the socket proxy allow _ping, version, info, events \
                 and containers"
            ),
            Self::Refused(status, message) => anyhow!(
                "the Docker engine at {path} answers {what} with {status}: {}",
                plain(message.trim())
            ),
            Self::Silent => anyhow!(
                "the Docker engine at {path} has not answered {what} within {} s: see its log",
                REQUEST_LIMIT.as_secs()
            ),
            Self::Strange(why) => anyhow!(
                "the Docker engine at {path} answers {what} in a form that this version does not \
                 know: {}",
                plain(&why)
            ),
        }
    }
}

fn unreachable(way: &Way, path: &str, error: &io::Error) -> anyhow::Error {
    match error.kind() {
        ErrorKind::NotFound if matches!(way, Way::Unix(_)) => anyhow!(
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
        _ => anyhow!("cannot reach the Docker engine at {path}: {error}; check DOCKER_HOST"),
    }
}
