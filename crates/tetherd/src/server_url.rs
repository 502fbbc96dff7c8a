//! A hub's address as people write it in, its parts for connecting out.

use std::fmt;
use std::str::FromStr;

use tether_proto::AGENT_PATH;
use tokio_tungstenite::tungstenite::http::Uri;

/// Where a hub is: `http://`, `https://`, `ws://` or `wss://`, a host, maybe a port and a path
/// in front of the hub's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerUrl {
    /// True for `https` and `wss`.
    pub tls: bool,
    /// A host name or an IP address, IPv6 without brackets.
    pub host: String,
    /// The port; 80 or 443 if none was written.
    pub port: u16,
    /// The path in front of the hub's own, without a slash at its end.
    pub prefix: String,
}

impl ServerUrl {
    /// The host as URLs and certificates' owners write it: IPv6 in brackets.
    pub fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// The URL of the WebSocket.
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
            return Err("it is empty: write http://HUB:3000".to_owned());
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
                    "`{other}://` is no way to a hub: use http, https, ws or wss"
                ));
            }
        };
        if rest.contains('@') {
            return Err("a hub's address holds no user or password: use TETHERD_TOKEN".to_owned());
        }
        if rest.contains(['?', '#']) {
            return Err(format!("`{text}` has a query or fragment: leave it out"));
        }
        if rest.is_empty() {
            return Err(format!("`{text}` names no host: write {text}HUB:3000"));
        }
        let uri: Uri = format!("http://{rest}")
            .parse()
            .map_err(|error| format!("`{text}` is no address: {error}"))?;
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        let host = uri.host().unwrap_or_default();
        let port = authority.get(host.len()..).unwrap_or_default();
        let port = match port.strip_prefix(':') {
            None if tls => 443,
            None => 80,
            Some(port) => match port.parse() {
                Ok(port) if port != 0 => port,
                _ => return Err(format!("`{text}`: `{port}` is no port")),
            },
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        if host.is_empty() {
            return Err(format!("`{text}` names no host"));
        }
        // People paste the agents' own path now and then.
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
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let found = match text.parse::<ServerUrl>() {
            Ok(url) => url.websocket(),
            Err(error) => error,
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn every_way_to_write_it() {
        check("http://hub:3000", "ws://hub:3000/api/ws");
        check(
            "HTTPS://hub.example.com",
            "wss://hub.example.com:443/api/ws",
        );
        check("ws://10.0.0.1", "ws://10.0.0.1:80/api/ws");
        check("wss://[fd00::1]:8443/", "wss://[fd00::1]:8443/api/ws");
        check(" http://h/tether/ ", "ws://h:80/tether/api/ws");
        check("http://h:3000/api/ws", "ws://h:3000/api/ws");
    }

    #[test]
    fn what_is_wrong_is_said() {
        check(
            "hub:3000",
            "`hub:3000` has no scheme: write http://hub:3000 or https://hub:3000",
        );
        check(
            "tcp://hub",
            "`tcp://` is no way to a hub: use http, https, ws or wss",
        );
        check(
            "http://a:b@hub",
            "a hub's address holds no user or password: use TETHERD_TOKEN",
        );
        check("http://hub:99999", "`http://hub:99999`: `99999` is no port");
        check(
            "http://hub/?x=1",
            "`http://hub/?x=1` has a query or fragment: leave it out",
        );
        assert!("http://".parse::<ServerUrl>().is_err());
        assert!("http://a b".parse::<ServerUrl>().is_err());
    }
}
