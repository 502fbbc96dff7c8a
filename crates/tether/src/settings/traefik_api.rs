//! Parses the addresses of gateways' APIs.

use std::fmt;
use std::str::FromStr;

use tether_proto::{DEFAULT_ENV, NAME_LIMIT, Token};
use tether_runtime::server_url::ServerUrl;

/// The paths below which users find the dashboard and the API.
const PATHS: [&str; 2] = ["/dashboard", "/api"];

/// One entry of `--traefik-api` as it is written. It prints without its password, and is parsed
/// later: an error of clap would show it.
#[derive(Clone)]
pub struct TraefikApiText(String);

/// One entry of `--traefik-api`. It prints without its password.
#[derive(Debug, Clone)]
pub struct TraefikApi {
    /// The gateway's name; host and port unless it is given one.
    pub name: String,
    /// The environment that the gateway reads.
    pub env: String,
    /// The address, without `/api`.
    pub server: ServerUrl,
    /// `USER:PASSWORD` from the URL.
    pub user: Option<Token>,
}

impl FromStr for TraefikApi {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, url) = split_name(text.trim())?;
        // The user first: a password that is not encoded may contain a `?`.
        let (url, user) = split_user(url)?;
        let (url, query) = url.split_once('?').unwrap_or((&url, ""));
        if !url.contains("://") {
            return Err("write the URL of Traefik's API, such as http://traefik:8080".to_owned());
        }
        let mut server: ServerUrl = url.parse()?;
        for path in PATHS {
            if let Some(prefix) = server.prefix.strip_suffix(path) {
                server.prefix = prefix.to_owned();
            }
        }
        Ok(Self {
            name: name.map_or_else(|| server.authority(), str::to_owned),
            env: environment(query)?,
            server,
            user,
        })
    }
}

impl TraefikApiText {
    /// Parses the entry.
    ///
    /// # Errors
    /// Each says what to write, and shows no password.
    pub fn parse(&self) -> Result<TraefikApi, String> {
        self.0.parse()
    }
}

impl From<&str> for TraefikApiText {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Display for TraefikApiText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = self.0.find("://").map_or(0, |at| at + 3);
        // A password that is not encoded may contain any character.
        match self.0.rfind('@').filter(|&at| at >= start) {
            Some(at) => write!(f, "{}***{}", &self.0[..start], &self.0[at..]),
            None => f.write_str(&self.0),
        }
    }
}

impl fmt::Debug for TraefikApiText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Splits `NAME=` off, which is before the scheme.
fn split_name(text: &str) -> Result<(Option<&str>, &str), String> {
    let scheme = text.find("://").unwrap_or(text.len());
    let Some((name, url)) = text.split_once('=').filter(|(name, _)| name.len() < scheme) else {
        return Ok((None, text));
    };
    let name = name.trim();
    if name.is_empty() || name.len() > NAME_LIMIT || name.chars().any(char::is_control) {
        return Err("the name before `=` is empty, too long or not printable".to_owned());
    }
    Ok((Some(name), url.trim()))
}

/// Splits `USER:PASSWORD@` off. No error contains the text.
fn split_user(url: &str) -> Result<(String, Option<Token>), String> {
    let start = url.find("://").map_or(0, |at| at + 3);
    let (scheme, rest) = url.split_at(start);
    let end = rest.find('/').unwrap_or(rest.len());
    let Some(at) = rest[..end].rfind('@') else {
        return Ok((url.to_owned(), None));
    };
    let (user, password) = rest[..at].split_once(':').unwrap_or((&rest[..at], ""));
    let [user, password] = [user, password].map(percent_decode);
    let wrong = "the user and password in a URL must be UTF-8, percent-encoded";
    let (Some(user), Some(password)) = (user, password) else {
        return Err(wrong.to_owned());
    };
    Ok((
        format!("{scheme}{}", &rest[at + 1..]),
        Token::new(&format!("{user}:{password}")),
    ))
}

fn percent_decode(text: &str) -> Option<String> {
    let mut pieces = text.split('%');
    let mut bytes = pieces.next()?.as_bytes().to_vec();
    for piece in pieces {
        let code = piece.get(..2)?;
        bytes.push(u8::from_str_radix(code, 16).ok()?);
        bytes.extend_from_slice(&piece.as_bytes()[2..]);
    }
    String::from_utf8(bytes).ok()
}

/// The environment in the query of a URL, which is the same as that of `/config`.
fn environment(query: &str) -> Result<String, String> {
    let mut env = DEFAULT_ENV.to_owned();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if name != "env" || value.is_empty() {
            return Err("the only query that the URL may have is ?env=NAME".to_owned());
        }
        env = value.into_owned();
    }
    Ok(env)
}

#[cfg(test)]
mod tests;
