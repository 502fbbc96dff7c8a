//! Describes what failed between the agent and an engine: the cause and the remedy.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::time::Duration;

use anyhow::anyhow;
use tether_runtime::text::printable;

use super::endpoint::{Endpoint, Way};

/// The failures of one request.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// Our certificates are of no use.
    Certificates(String),
    /// TLS fails.
    Tls(rustls::Error),
    /// There is no connection.
    Unreachable(io::Error),
    /// The connection was lost on the way.
    Lost(String),
    /// The engine, or a proxy before it, refuses.
    Refused(u16, String),
    /// No answer within this time.
    Silent(Duration),
    /// An answer of a form that is not known.
    Strange(String),
}

impl From<hyper::Error> for ApiError {
    fn from(error: hyper::Error) -> Self {
        Self::of(&error)
    }
}

impl ApiError {
    /// The reason why an open connection broke.
    pub(crate) fn of(error: &(dyn Error + 'static)) -> Self {
        match tls(error) {
            Some(error) => Self::Tls(error.clone()),
            None => Self::Lost(error.to_string()),
        }
    }

    /// Describes the failure of `what`, and the remedy.
    pub(crate) fn words(self, endpoint: &Endpoint, what: &str) -> anyhow::Error {
        let path = endpoint.way.place();
        match self {
            Self::Unreachable(error) => unreachable(&endpoint.way, &path, &error),
            Self::Certificates(text) => anyhow!("the Docker engine at {path}: {text}"),
            Self::Tls(error) => certificate(&path, &error),
            Self::Lost(error) if matches!(endpoint.way, Way::Tls(..)) => anyhow!(
                "the connection to the Docker engine at {path} is lost ({what}: {error}): where \
                 that goes on, see whether it takes the cert.pem of DOCKER_CERT_PATH"
            ),
            Self::Lost(error) => {
                anyhow!("the connection to the Docker engine at {path} is lost ({what}: {error})")
            }
            // Proxies say that a path or that a method is not allowed, and mean the same.
            Self::Refused(403 | 405, _) => anyhow!(
                "{path} forbids {what}: let the socket proxy allow _ping, version, info, events \
                 and containers"
            ),
            Self::Refused(400, message) if message.contains("HTTPS server") => anyhow!(
                "the Docker engine at {path} speaks TLS only: set DOCKER_TLS_VERIFY=1 and \
                 DOCKER_CERT_PATH"
            ),
            Self::Refused(status, message) => anyhow!(
                "the Docker engine at {path} answers {what} with {status}: {}",
                printable(message.trim())
            ),
            Self::Silent(limit) => anyhow!(
                "the Docker engine at {path} has not answered {what} within {} s: see its log",
                limit.as_secs()
            ),
            Self::Strange(why) => anyhow!(
                "the Docker engine at {path} answers {what} in a form that this version does not \
                 know: {}",
                printable(&why)
            ),
        }
    }
}

/// The fault of TLS that is inside.
fn tls<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        // It hands out the source of what is inside, not what is inside.
        let inside = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        if let Some(found) = inside.and_then(|inside| inside.downcast_ref()) {
            return Some(found);
        }
        next = error.source();
    }
    None
}

fn certificate(path: &str, error: &rustls::Error) -> anyhow::Error {
    use rustls::CertificateError;
    match error {
        // A renewed authority of the same name is an unknown one, too.
        rustls::Error::InvalidCertificate(
            CertificateError::UnknownIssuer | CertificateError::BadSignature,
        ) => anyhow!(
            "the certificate of the Docker engine at {path} is of an unknown issuer: put its CA \
             into the ca.pem of DOCKER_CERT_PATH"
        ),
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => anyhow!(
            "the certificate of the Docker engine at {path} is for another name: use that name \
             in DOCKER_HOST"
        ),
        rustls::Error::InvalidCertificate(
            CertificateError::Expired | CertificateError::ExpiredContext { .. },
        ) => {
            anyhow!(
                "the certificate of the Docker engine at {path} has expired: renew it, or set \
                 this host's clock right"
            )
        }
        rustls::Error::InvalidMessage(_) => anyhow!(
            "the Docker engine at {path} does not speak TLS: write http:// in DOCKER_HOST, or \
             leave DOCKER_TLS_VERIFY and DOCKER_CERT_PATH unset"
        ),
        rustls::Error::AlertReceived(alert) => anyhow!(
            "the Docker engine at {path} refuses our certificate ({alert:?}): put a cert.pem and \
             key.pem into DOCKER_CERT_PATH that its --tlscacert has signed"
        ),
        error => anyhow!("TLS with the Docker engine at {path} fails: {error}"),
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
            anyhow!("nothing listens at {path}: start Docker, or correct DOCKER_HOST")
        }
        _ => anyhow!("cannot reach the Docker engine at {path}: {error}; check DOCKER_HOST"),
    }
}
