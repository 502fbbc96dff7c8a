//! The query of a request for `/config` in, what is asked for out.

use std::borrow::Cow;
use std::time::Duration;

use tether_proto::DEFAULT_ENV;

/// The longest time a request is held for a change. Traefik gives a request up after its
/// `pollTimeout`, 5 s unless told otherwise, and takes that for a failure.
pub const WAIT_LIMIT: Duration = Duration::from_secs(4);

/// What one request asks for.
#[derive(Debug, PartialEq, Eq)]
pub struct Wish<'a> {
    /// The environment; unknown ones are possible.
    pub env: Cow<'a, str>,
    /// How it is to be written.
    pub format: Format,
    /// How long to hold the request for a change, at most [`WAIT_LIMIT`]; zero for a plain poll.
    pub wait: Duration,
}

/// How a configuration is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON.
    Json,
    /// YAML.
    Yaml,
}

impl<'a> Wish<'a> {
    /// Reads a query. Unknown keys are ignored, an empty value counts as not said, and of a key
    /// that is said twice the last one counts.
    ///
    /// # Errors
    /// What is wrong with it, for whoever asked.
    pub fn of(query: &'a str) -> Result<Self, &'static str> {
        let mut wish = Self {
            env: Cow::Borrowed(DEFAULT_ENV),
            format: Format::Json,
            wait: Duration::ZERO,
        };
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            match (key.as_ref(), value.as_ref()) {
                (_, "") => {}
                ("env", _) => wish.env = value,
                ("format", text) => wish.format = format(text)?,
                ("wait", text) => wish.wait = wait(text)?,
                _ => {}
            }
        }
        Ok(wish)
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
mod tests {
    use super::*;

    fn read(query: &str) -> (String, Format, Duration) {
        let wish = Wish::of(query).unwrap();
        (wish.env.into_owned(), wish.format, wish.wait)
    }

    #[test]
    fn what_is_not_said_is_the_default() {
        let plain = (DEFAULT_ENV.to_owned(), Format::Json, Duration::ZERO);
        for query in ["", "env=&format=&wait=", "token=x&wait", "&&=&", "%&%zz=1"] {
            assert_eq!(read(query), plain, "{query}");
        }
    }

    #[test]
    fn everything_may_be_said() {
        let all = read("env=the%20lab&x=1&format=yaml&wait=1500ms");
        let wait = Duration::from_millis(1500);
        assert_eq!(all, ("the lab".to_owned(), Format::Yaml, wait));
        assert_eq!(read("env=a&env=b").0, "b");
    }

    #[test]
    fn a_wait_is_a_time_within_the_limit() {
        for (text, wait) in [
            ("0", Duration::ZERO),
            ("0s", Duration::ZERO),
            ("3s", Duration::from_secs(3)),
            ("1h", WAIT_LIMIT),
            ("999999999years", WAIT_LIMIT),
        ] {
            assert_eq!(read(&format!("wait={text}")).2, wait, "{text}");
        }
        for text in ["3", "soon", "-1s", "3s3", "1e3s", "99999999999999999999s"] {
            let query = format!("wait={text}");
            assert!(Wish::of(&query).unwrap_err().contains("4s"), "{text}");
        }
        assert!(Wish::of("format=xml").unwrap_err().contains("yaml"));
    }
}
