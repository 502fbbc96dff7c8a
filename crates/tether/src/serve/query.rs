//! The query of a request for `/config` in, what is asked for out.

use std::borrow::Cow;
use std::time::Duration;

use tether_proto::DEFAULT_ENV;

use crate::publish::Format;

/// The longest time a request is held for a change. Traefik gives a request up after its
/// `pollTimeout`, 5 s unless told otherwise, and takes that for a failure.
pub const WAIT_LIMIT: Duration = Duration::from_secs(4);

/// What one request asks for.
#[derive(Debug, PartialEq, Eq)]
pub struct ConfigQuery<'a> {
    /// The environment; unknown ones are possible.
    pub env: Cow<'a, str>,
    /// How it is to be written.
    pub format: Format,
    /// How long to hold the request for a change, at most [`WAIT_LIMIT`]; zero for a plain poll.
    pub wait: Duration,
}

impl<'a> ConfigQuery<'a> {
    /// Reads a query. Unknown keys are ignored, an empty value counts as not said, and of a key
    /// that is said twice the last one counts.
    ///
    /// # Errors
    /// What is wrong with it, for whoever asked.
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

/// A longer wait than is possible is cut short rather than refused: a poller that never gets a
/// configuration is worse off than one that gets it early.
fn wait(text: &str) -> Result<Duration, &'static str> {
    humantime::parse_duration(text)
        .map(|wait| wait.min(WAIT_LIMIT))
        .map_err(|_| "wait is a time such as `3s` or `500ms`; it is 4s at most\n")
}

#[cfg(test)]
mod tests;
