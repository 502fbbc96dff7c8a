//! What one connection was served last: versions in, and out again at its next request.

use std::sync::{Mutex, PoisonError};

use axum::http::HeaderValue;

use crate::publish::Format;

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
    pub fn record(&self, env: &str, format: Format, tag: &HeaderValue) {
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
mod tests;
