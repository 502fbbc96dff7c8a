//! Parses the query of `/config`.

use std::borrow::Cow;
use std::time::Duration;

use tether_proto::DEFAULT_ENV;

use crate::publish::Format;

/// The longest hold of a request. Traefik gives a request up after `pollTimeout`, by default 5 s,
/// and counts that as a failure.
pub const WAIT_LIMIT: Duration = Duration::from_secs(4);

/// The parameters of a request.
#[derive(Debug, PartialEq, Eq)]
pub struct ConfigQuery<'a> {
    /// The environment, which may not exist.
    pub env: Cow<'a, str>,
    /// The format of the answer.
    pub format: Format,
    /// How long to wait for a change, at most [`WAIT_LIMIT`]; zero for a plain poll.
    pub wait: Duration,
}

impl<'a> ConfigQuery<'a> {
    /// Parses a query. Unknown keys and empty values are ignored, and the last of several values
    /// for one key counts.
    ///
    /// # Errors
    /// A message for the client.
    pub fn of(query: &'a str) -> Result<Self, &'static str> {
        let mut asked = Self {
            env: Cow::Borrowed(DEFAULT_ENV),
            format: Format::Json,
            wait: Duration::ZERO,
        };
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            match (key.as_ref(), value.as_ref()) {
                (_, "") => {}
                ("env", _) => asked.env = value,
                ("format", text) => asked.format = format(text)?,
                ("wait", text) => asked.wait = wait(text)?,
                _ => {}
            }
        }
        Ok(asked)
    }
}

fn format(text: &str) -> Result<Format, &'static str> {
    match text {
        "json" => Ok(Format::Json),
        "yaml" => Ok(Format::Yaml),
        _ => Err("format is `json` or `yaml`\n"),
    }
}

/// Longer waits are shortened rather than rejected: a client without a configuration is worse off
/// than one that gets it early.
fn wait(text: &str) -> Result<Duration, &'static str> {
    humantime::parse_duration(text)
        .map(|wait| wait.min(WAIT_LIMIT))
        .map_err(|_| "wait is a duration such as `3s` or `500ms`, at most 4s\n")
}

#[cfg(test)]
mod tests;
