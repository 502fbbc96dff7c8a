//! The address of an engine as `DOCKER_HOST` writes it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::tls::Certificates;
use crate::host::Host;

/// The address of an engine, and where `DOCKER_HOST` says that its machine is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    text: String,
    /// The address of its machine, after `#`.
    pub(crate) stated: Option<Host>,
    pub(crate) way: Way,
}

/// How an engine is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Way {
    /// A Unix socket.
    Unix(PathBuf),
    /// `host:port`, without TLS.
    Tcp(String),
    /// `host:port`, with TLS.
    Tls(String, Certificates),
}

/// Docker's port without TLS.
const TCP_PORT: u16 = 2375;

/// Docker's port with TLS.
const TLS_PORT: u16 = 2376;

impl Endpoint {
    /// The engine behind this socket.
    pub(crate) fn unix(path: PathBuf) -> Self {
        Self {
            text: format!("unix://{}", path.display()),
            stated: None,
            way: Way::Unix(path),
        }
    }

    /// Its socket, if it has one.
    pub(crate) fn socket(&self) -> Option<&Path> {
        match &self.way {
            Way::Unix(path) => Some(path),
            Way::Tcp(_) | Way::Tls(..) => None,
        }
    }

    /// True if both lead to one engine.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.text == other.text
    }

    /// The same engine over TLS if `tcp://` leads to it.
    #[must_use]
    pub fn with_tls(self, certificates: &Certificates) -> Self {
        let rest = self.text.strip_prefix("tcp://");
        let rest = rest.or_else(|| self.text.strip_prefix("https://"));
        match rest.map(str::to_owned) {
            Some(rest) => Self {
                way: Way::Tls(with_port(&rest, TLS_PORT), certificates.clone()),
                ..self
            },
            None => self,
        }
    }

    /// The address with its port, and whether TLS is used.
    pub(crate) fn in_force(&self) -> String {
        let scheme = self.text.split("://").next().unwrap_or_default();
        let way = match &self.way {
            Way::Unix(_) => self.text.clone(),
            Way::Tcp(authority) => format!("{scheme}://{authority} without TLS"),
            Way::Tls(authority, _) => format!("{scheme}://{authority} with TLS"),
        };
        match &self.stated {
            Some(host) => format!("{way}, its machine at {host}"),
            None => way,
        }
    }

    /// True if it is reached over TLS.
    pub(crate) fn uses_tls(&self) -> bool {
        matches!(self.way, Way::Tls(..))
    }

    /// Checks whether it can ever be reached.
    ///
    /// # Errors
    /// If its certificates are of no use.
    pub fn check(&self) -> Result<(), String> {
        match &self.way {
            Way::Tls(_, certificates) => certificates.load().map(drop),
            Way::Unix(_) | Way::Tcp(_) => Ok(()),
        }
    }
}

impl Way {
    /// The socket's path, or host and port.
    pub(crate) fn place(&self) -> String {
        match self {
            Self::Unix(path) => path.display().to_string(),
            Self::Tcp(authority) | Self::Tls(authority, _) => authority.clone(),
        }
    }
}

impl FromStr for Endpoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (text, stated) = match text.split_once('#') {
            Some((text, address)) => {
                let stated = address.parse::<Host>();
                let stated = stated.map_err(|why| format!("`{text}#…`: {why}"))?;
                (text, Some(stated))
            }
            None => (text, None),
        };
        let text = text.trim_end_matches('/');
        let (scheme, rest) = text.split_once("://").ok_or_else(|| {
            format!(
                "`{text}` is no engine: write unix:///path/to/docker.sock or tcp://host:{TCP_PORT}"
            )
        })?;
        let way = match scheme {
            "unix" if rest.starts_with('/') => Way::Unix(rest.into()),
            "unix" => {
                return Err(format!(
                    "`{text}`: write the whole path, as in unix:///{rest}"
                ));
            }
            "tcp" | "http" | "https" if rest.is_empty() || rest.contains('/') => {
                return Err(format!(
                    "`{text}` is no engine: write tcp://host:{TCP_PORT}"
                ));
            }
            "tcp" | "http" | "https" if rest.contains('@') => {
                return Err(
                    "the address of an engine cannot contain a user or password: protect it with \
                     certificates (DOCKER_CERT_PATH)"
                        .to_owned(),
                );
            }
            "tcp" | "http" => Way::Tcp(with_port(rest, TCP_PORT)),
            "https" => Way::Tls(with_port(rest, TLS_PORT), Certificates::new(None)),
            "ssh" => {
                // Without the password.
                let host = match rest.rsplit_once('@') {
                    Some((user, host)) => {
                        format!("{}@{host}", user.split(':').next().unwrap_or_default())
                    }
                    None => rest.to_owned(),
                };
                return Err(format!(
                    "`{text}`: tetherd opens no ssh connections. Run it on that host, or bring \
                     its socket here (ssh -nNT -L /run/far.sock:/var/run/docker.sock {host}) and \
                     write unix:///run/far.sock#ADDRESS with the address of that host"
                ));
            }
            other => {
                return Err(format!(
                    "`{other}://` is a way to an engine that this version does not have: use \
                     unix:// or tcp://"
                ));
            }
        };
        Ok(Self {
            text: text.to_owned(),
            stated,
            way,
        })
    }
}

fn with_port(host: &str, port: u16) -> String {
    let after_brackets = host.rsplit(']').next().unwrap_or_default();
    if after_brackets.contains(':') {
        host.to_owned()
    } else {
        format!("{host}:{port}")
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests;
