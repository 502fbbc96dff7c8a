//! Browsers that have logged in.

use std::time::{Duration, Instant};

use dashmap::DashMap;

/// The cookie's name. Its value is a random id, never the secret.
pub const COOKIE: &str = "tether_session";

/// For how long a login lasts.
pub(super) const LOGIN_LIFETIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How many logins are remembered; the oldest makes room.
const LOGIN_LIMIT: usize = 1024;

/// The logins, by their random id.
#[derive(Debug, Default)]
pub struct Logins {
    by_id: DashMap<String, Instant>,
}

impl Logins {
    /// True if this is the id of a login that still lasts.
    pub fn is_logged_in(&self, id: &str) -> bool {
        self.by_id
            .get(id)
            .is_some_and(|since| since.elapsed() < LOGIN_LIFETIME)
    }

    /// Ends a login.
    pub(super) fn remove(&self, id: &str) {
        self.by_id.remove(id);
    }

    /// A login that begins.
    pub(super) fn add(&self, id: String, now: Instant) {
        if self.by_id.len() >= LOGIN_LIMIT {
            let oldest = self.by_id.iter().min_by_key(|entry| *entry.value());
            // The entry must be let go before the table is written.
            let oldest = oldest.map(|entry| entry.key().clone());
            if let Some(oldest) = oldest {
                self.by_id.remove(&oldest);
            }
        }
        self.by_id.insert(id, now);
    }
}

/// 256 random bits in hex.
pub fn random_id() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests;
