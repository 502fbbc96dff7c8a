//! Who was refused: attempts in, one log line for each address and minute out.

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use dashmap::DashMap;

/// How often one address is written about.
const LOG_INTERVAL: Duration = Duration::from_secs(60);

/// How many addresses are remembered; with more, the table starts anew.
const ADDRESS_LIMIT: usize = 1024;

/// The refused attempts of each peer address.
#[derive(Debug, Default)]
pub struct Failures {
    by_address: DashMap<IpAddr, Record>,
}

#[derive(Debug, Clone, Copy)]
struct Record {
    logged: Instant,
    since: u32,
}

impl Failures {
    /// Notes a refused attempt.
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
        tracing::warn!(%peer, path, attempts = count, "refused a request with {what}");
    }

    /// How many attempts a line about `peer` would speak of; none if it is too early for one.
    fn due(&self, peer: IpAddr, now: Instant) -> Option<u32> {
        if self.by_address.len() >= ADDRESS_LIMIT && !self.by_address.contains_key(&peer) {
            self.by_address.clear();
        }
        let mut first = false;
        let mut record = self.by_address.entry(peer).or_insert_with(|| {
            first = true;
            Record {
                logged: now,
                since: 0,
            }
        });
        record.since = record.since.saturating_add(1);
        if !first && now.duration_since(record.logged) < LOG_INTERVAL {
            return None;
        }
        record.logged = now;
        Some(std::mem::take(&mut record.since))
    }
}

#[cfg(test)]
mod tests;
