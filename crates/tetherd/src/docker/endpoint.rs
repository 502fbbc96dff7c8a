//! The address of an engine as `DOCKER_HOST` writes it.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Where an engine listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    text: String,
    pub(super) way: Way,
}

/// How an engine is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Way {
    /// A Unix socket.
    Unix(PathBuf),
    /// `host:port`, without TLS.
    Tcp(String),
}

/// Docker's port without TLS.
const TCP_PORT: u16 = 2375;

impl FromStr for Endpoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim().trim_end_matches('/');
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
            "tcp" | "http" if rest.is_empty() || rest.contains('/') => {
                return Err(format!(
                    "`{text}` is no engine: write tcp://host:{TCP_PORT}"
                ));
            }
            "tcp" | "http" => Way::Tcp(with_port(rest)),
            other => {
                return Err(format!(
                    "`{other}://` is a way to an engine that this version does not have: use \
                     unix:// or tcp://"
                ));
            }
        };
        Ok(Self {
            text: text.to_owned(),
            way,
        })
    }
}

fn with_port(host: &str) -> String {
    let after_brackets = host.rsplit(']').next().unwrap_or_default();
    if after_brackets.contains(':') {
        host.to_owned()
    } else {
        format!("{host}:{TCP_PORT}")
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_to_an_engine() {
        let way = |text: &str| text.parse::<Endpoint>().unwrap().way;
        assert_eq!(
            way("unix:///run/docker.sock"),
            Way::Unix("/run/docker.sock".into())
        );
        assert_eq!(way("tcp://proxy"), Way::Tcp("proxy:2375".into()));
        assert_eq!(way("tcp://proxy:99/"), Way::Tcp("proxy:99".into()));
        assert_eq!(way("http://[::1]"), Way::Tcp("[::1]:2375".into()));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let error = |text: &str| text.parse::<Endpoint>().unwrap_err();
        assert!(error("/run/docker.sock").contains("unix:///"));
        assert!(error("unix://run/x").contains("unix:///run/x"));
        assert!(error("ssh://me@host").contains("`ssh://`"));
        assert!(error("tcp://").contains("tcp://host:2375"));
    }
}
