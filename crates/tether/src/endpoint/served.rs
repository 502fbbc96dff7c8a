//! What one connection was served last: versions in, and out again at its next request.

use std::sync::{Mutex, PoisonError};

use axum::http::HeaderValue;

use super::wish::Format;

/// How many environments and formats are remembered for one connection. A Traefik asks for one;
/// what is forgotten is answered at once, as on a new connection.
const MEMORY_LIMIT: usize = 8;

/// The versions that one connection was served last, one for each environment and format.
#[derive(Debug, Default)]
pub struct Served {
    /// Its requests come one after the other, so nobody ever waits for this.
    versions: Mutex<Vec<Version>>,
}

#[derive(Debug)]
struct Version {
    env: String,
    format: Format,
    tag: HeaderValue,
}

impl Served {
    /// True if the last answer in this environment and format was the configuration with `tag`.
    pub fn has(&self, env: &str, format: Format, tag: &HeaderValue) -> bool {
        let versions = self.versions.lock().unwrap_or_else(PoisonError::into_inner);
        let known = versions.iter().find(|version| version.is(env, format));
        known.is_some_and(|version| version.tag == tag)
    }

    /// Remembers that the configuration with `tag` was served.
    pub fn note(&self, env: &str, format: Format, tag: &HeaderValue) {
        let mut versions = self.versions.lock().unwrap_or_else(PoisonError::into_inner);
        match versions.iter_mut().find(|version| version.is(env, format)) {
            Some(version) if version.tag == tag => {}
            Some(version) => version.tag = tag.clone(),
            None => {
                if versions.len() >= MEMORY_LIMIT {
                    versions.remove(0);
                }
                versions.push(Version {
                    env: env.to_owned(),
                    format,
                    tag: tag.clone(),
                });
            }
        }
    }
}

impl Version {
    fn is(&self, env: &str, format: Format) -> bool {
        self.format == format && self.env == env
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_version_of_each_environment_and_format_counts() {
        let (old, new) = (
            HeaderValue::from_static("\"1\""),
            HeaderValue::from_static("\"2\""),
        );
        let served = Served::default();
        assert!(!served.has("a", Format::Json, &old));
        served.note("a", Format::Json, &old);
        assert!(served.has("a", Format::Json, &old));
        assert!(!served.has("a", Format::Yaml, &old));
        assert!(!served.has("b", Format::Json, &old));
        served.note("a", Format::Json, &new);
        assert!(!served.has("a", Format::Json, &old));
        assert!(served.has("a", Format::Json, &new));
    }

    #[test]
    fn the_memory_is_bounded_and_forgets_the_oldest() {
        let (served, tag) = (Served::default(), HeaderValue::from_static("\"1\""));
        for number in 0..=MEMORY_LIMIT {
            served.note(&number.to_string(), Format::Json, &tag);
        }
        assert!(!served.has("0", Format::Json, &tag));
        assert!(served.has("1", Format::Json, &tag));
        assert_eq!(served.versions.lock().unwrap().len(), MEMORY_LIMIT);
    }
}
