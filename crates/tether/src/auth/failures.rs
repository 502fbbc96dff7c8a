//! Logs rejected attempts, at most once a minute for each address.

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use dashmap::DashMap;

/// The shortest time between two log lines about one address.
const LOG_INTERVAL: Duration = Duration::from_secs(60);

/// The most addresses that are remembered. When there are more, the table is cleared.
const ADDRESSES_LIMIT: usize = 1024;

/// The rejected attempts by address.
#[derive(Debug, Default)]
pub struct Failures {
    by_address: DashMap<IpAddr, Record>,
}

#[derive(Debug, Clone, Copy)]
struct Record {
    last_logged: Instant,
    attempts: u32,
}

impl Failures {
    /// Records a rejected attempt.
    pub fn record(&self, peer: Option<IpAddr>, path: &str, had_token: bool) {
        let peer = peer
            .unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
            .to_canonical();
        let Some(count) = self.due(peer, Instant::now()) else {
            return;
        };
        let what = if had_token {
            "a wrong token"
        } else {
            "no token"
        };
        tracing::warn!(%peer, path, attempts = count, "rejected a request with {what}");
    }

    /// The number of attempts for a log line about `peer`, or none if it is too early for one.
    fn due(&self, peer: IpAddr, now: Instant) -> Option<u32> {
        if self.by_address.len() >= ADDRESSES_LIMIT && !self.by_address.contains_key(&peer) {
            self.by_address.clear();
        }
        let mut first = false;
        let mut record = self.by_address.entry(peer).or_insert_with(|| {
            first = true;
            Record {
                last_logged: now,
                attempts: 0,
            }
        });
        record.attempts = record.attempts.saturating_add(1);
        if !first && now.duration_since(record.last_logged) < LOG_INTERVAL {
            return None;
        }
        record.last_logged = now;
        Some(std::mem::take(&mut record.attempts))
    }
}

#[cfg(test)]
mod tests;
