//! Parses the address of a hub.

use std::fmt;
use std::str::FromStr;

use tether_proto::AGENT_PATH;
use tokio_tungstenite::tungstenite::http::Uri;

/// The address of a hub: `http://`, `https://`, `ws://` or `wss://`, a host, an optional port and
/// an optional path in front of the hub's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerUrl {
    /// True for `https` and `wss`.
    pub tls: bool,
    /// A host name or an IP address, IPv6 without brackets.
    pub host: String,
    /// The port; 80 or 443 by default.
    pub port: u16,
    /// The path in front of the hub's own, without a trailing slash.
    pub prefix: String,
}

impl ServerUrl {
    /// Host and port as in a URL: IPv6 in brackets.
    pub fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// The URL of the agents' WebSocket.
    pub fn websocket(&self) -> String {
        let scheme = if self.tls { "wss" } else { "ws" };
        format!("{scheme}://{}{}{AGENT_PATH}", self.authority(), self.prefix)
    }
}

impl FromStr for ServerUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("the address is empty: write http://HUB:3000".to_owned());
        }
        let authority = text.split_once("://").map_or(text, |(_, rest)| rest);
        if authority.contains('@') {
            return Err(
                "the address of a hub cannot contain a user or password: use TETHERD_TOKEN"
                    .to_owned(),
            );
        }
        let Some((scheme, rest)) = text.split_once("://") else {
            return Err(format!(
                "`{text}` has no scheme: write http://{text} or https://{text}"
            ));
        };
        let tls = match scheme.to_ascii_lowercase().as_str() {
            "http" | "ws" => false,
            "https" | "wss" => true,
            other => {
                return Err(format!(
                    "`{other}://` is not supported: use http, https, ws or wss"
                ));
            }
        };
        if rest.contains(['?', '#']) {
            return Err(format!("`{text}` has a query or fragment: remove it"));
        }
        if rest.is_empty() {
            return Err(format!("`{text}` names no host: write {text}HUB:3000"));
        }
        let uri: Uri = format!("http://{rest}")
            .parse()
            .map_err(|error| format!("`{text}` is not an address: {error}"))?;
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        let host = uri.host().unwrap_or_default();
        let port = authority.get(host.len()..).unwrap_or_default();
        let port = match port.strip_prefix(':') {
            None if tls => 443,
            None => 80,
            Some(port) => match port.parse() {
                Ok(port) if port != 0 => port,
                _ => return Err(format!("`{text}`: `{port}` is not a port")),
            },
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        if host.is_empty() {
            return Err(format!("`{text}` names no host"));
        }
        // Some users paste the agents' own path.
        let path = uri.path().trim_end_matches('/');
        let prefix = path.strip_suffix(AGENT_PATH).unwrap_or(path);
        Ok(Self {
            tls,
            host: host.to_owned(),
            port,
            prefix: prefix.to_owned(),
        })
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.authority(), self.prefix)
    }
}

#[cfg(test)]
mod tests;
