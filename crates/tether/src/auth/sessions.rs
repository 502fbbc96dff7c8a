//! The browsers that are logged in.

use std::time::{Duration, Instant};

use dashmap::DashMap;
use tether_runtime::hex;

/// The cookie's name. Its value is a random id, never the token.
pub const COOKIE: &str = "tether_session";

/// The lifetime of a login.
pub(super) const LOGIN_LIFETIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The most logins that are remembered. The oldest is dropped first.
const LOGINS_LIMIT: usize = 1024;

/// The logins by their random id.
#[derive(Debug, Default)]
pub struct Logins {
    by_id: DashMap<String, Instant>,
}

impl Logins {
    /// True if the login exists and has not expired.
    pub fn is_logged_in(&self, id: &str) -> bool {
        self.by_id
            .get(id)
            .is_some_and(|since| since.elapsed() < LOGIN_LIFETIME)
    }

    /// Ends a login.
    pub(super) fn remove(&self, id: &str) {
        self.by_id.remove(id);
    }

    /// Starts a login.
    pub(super) fn add(&self, id: String, now: Instant) {
        if self.by_id.len() >= LOGINS_LIMIT {
            let entry = self.by_id.iter().min_by_key(|entry| *entry.value());
            // The entry holds a lock, and must be dropped before the removal.
            let oldest = entry.map(|entry| entry.key().clone());
            if let Some(oldest) = oldest {
                self.by_id.remove(&oldest);
            }
        }
        self.by_id.insert(id, now);
    }
}

/// 256 random bits in hexadecimal.
pub fn random_id() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(hex::encode(&bytes))
}

#[cfg(test)]
mod tests;
