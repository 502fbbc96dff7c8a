//! Keeps a session alive, and notices when the agent falls silent.

use tether_proto::{PING_INTERVAL, SILENCE_LIMIT};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, sleep_until};

use super::socket::SessionEnd;

/// The pings of one session, and the time of the last frame from the agent.
pub(super) struct KeepAlive {
    pings: Interval,
    last_received: Instant,
}

impl KeepAlive {
    /// Starts now.
    pub(super) fn new() -> Self {
        let mut pings = interval(PING_INTERVAL);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            pings,
            last_received: Instant::now(),
        }
    }

    /// Records that a frame has arrived.
    pub(super) fn received(&mut self) {
        self.last_received = Instant::now();
    }

    /// Waits until a ping is due.
    ///
    /// # Errors
    /// If the agent has been silent for too long.
    pub(super) async fn ping_due(&mut self) -> Result<(), SessionEnd> {
        tokio::select! {
            _ = self.pings.tick() => Ok(()),
            () = sleep_until(self.last_received + SILENCE_LIMIT) => {
                Err(SessionEnd::Broken("no data for too long".to_owned()))
            }
        }
    }
}
