//! Remembers the configurations that one connection was served last.

use std::sync::{Mutex, PoisonError};

use axum::http::HeaderValue;

use crate::publish::Format;

/// The most environments and formats that are remembered for one connection. Traefik uses one. A
/// request for a forgotten one is answered at once, as on a new connection.
const ENTRIES_LIMIT: usize = 8;

/// The ETags that one connection was served last, one for each environment and format.
#[derive(Debug, Default)]
pub struct LastServed {
    /// Requests of one connection are sequential, so there is no contention.
    entries: Mutex<Vec<Entry>>,
}

#[derive(Debug)]
struct Entry {
    env: String,
    format: Format,
    tag: HeaderValue,
}

impl LastServed {
    /// True if the last answer for this environment and format had this ETag.
    pub fn has(&self, env: &str, format: Format, tag: &HeaderValue) -> bool {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let known = entries.iter().find(|entry| entry.is(env, format));
        known.is_some_and(|entry| entry.tag == tag)
    }

    /// Remembers an answer.
    pub fn record(&self, env: &str, format: Format, tag: &HeaderValue) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        match entries.iter_mut().find(|entry| entry.is(env, format)) {
            Some(entry) if entry.tag == tag => {}
            Some(entry) => entry.tag = tag.clone(),
            None => {
                if entries.len() >= ENTRIES_LIMIT {
                    entries.remove(0);
                }
                entries.push(Entry {
                    env: env.to_owned(),
                    format,
                    tag: tag.clone(),
                });
            }
        }
    }
}

impl Entry {
    fn is(&self, env: &str, format: Format) -> bool {
        self.format == format && self.env == env
    }
}

#[cfg(test)]
mod tests;
