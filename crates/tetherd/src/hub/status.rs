//! Records what happens on the connection to one hub.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tether_proto::{Applied, Verdict};
use tokio::time::Instant;

use super::rejected::Rejection;

/// The status of one hub. Clones share it.
#[derive(Debug, Clone)]
// A plain mutex: under it is nothing but assignments.
pub(crate) struct HubStatus(Arc<Mutex<Status>>);

#[derive(Debug)]
struct Status {
    url: String,
    connected: bool,
    legacy: bool,
    version: Option<String>,
    /// True once a hub has welcomed this agent.
    welcomed: bool,
    /// True if the hub answers and does not take this agent.
    rejected: bool,
    fault: Option<String>,
    since: Instant,
    /// The number of the last route set that was sent, and of the last that is confirmed.
    sent: u64,
    confirmed: u64,
    verdicts: Vec<Verdict>,
}

impl HubStatus {
    /// A hub at this address, of which nothing was heard.
    pub(crate) fn new(url: String) -> Self {
        Self(Arc::new(Mutex::new(Status {
            url,
            connected: false,
            legacy: false,
            version: None,
            welcomed: false,
            rejected: false,
            fault: None,
            since: Instant::now(),
            sent: 0,
            confirmed: 0,
            verdicts: Vec::new(),
        })))
    }

    /// The hub has welcomed this agent; without a version it speaks the wire before `tether.v1`.
    pub(crate) fn connected(&self, version: Option<&str>) {
        let mut status = self.status();
        let url = std::mem::take(&mut status.url);
        // Its verdicts on the last route set hold until there are new ones.
        let verdicts = std::mem::take(&mut status.verdicts);
        *status = Status {
            url,
            connected: true,
            legacy: version.is_none(),
            version: version.map(str::to_owned),
            welcomed: true,
            rejected: false,
            fault: None,
            since: Instant::now(),
            sent: 0,
            confirmed: 0,
            verdicts,
        };
    }

    /// There is no connection, for this reason.
    pub(crate) fn lost(&self, error: &anyhow::Error) {
        let mut status = self.status();
        if status.connected {
            status.since = Instant::now();
        }
        status.connected = false;
        status.rejected = error.downcast_ref::<Rejection>().is_some();
        status.fault = Some(format!("{error:#}"));
    }

    /// A route set with this number was sent, or could not be for this reason.
    pub(crate) fn sent(&self, seq: u64, fault: Option<String>) {
        let mut status = self.status();
        status.sent = seq;
        status.fault = fault;
    }

    /// The hub has applied a route set.
    pub(crate) fn applied(&self, applied: &Applied) {
        let mut status = self.status();
        status.confirmed = applied.seq;
        status.verdicts.clone_from(&applied.verdicts);
    }

    /// The status for people.
    pub(crate) fn view(&self) -> HubView {
        let status = self.status();
        let state = match *status {
            Status {
                connected: false, ..
            } => HubState::Lost,
            Status { legacy: true, .. } => HubState::Legacy,
            Status {
                sent, confirmed, ..
            } if sent > 0 && sent == confirmed => HubState::Applied,
            Status { .. } => HubState::Connected,
        };
        HubView {
            url: status.url.clone(),
            state,
            version: status.version.clone(),
            fault: status.fault.clone(),
            seconds: Some(status.since.elapsed().as_secs()),
        }
    }

    /// Its verdicts on the last route set.
    pub(crate) fn verdicts(&self) -> Vec<Verdict> {
        self.status().verdicts.clone()
    }

    /// True if it has taken this agent since the agent's start, and does not refuse it now.
    pub(crate) fn is_taken(&self) -> bool {
        let status = self.status();
        status.welcomed && !status.rejected
    }

    fn status(&self) -> MutexGuard<'_, Status> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The status of one hub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HubView {
    /// Its URL.
    pub url: String,
    /// The state of the connection.
    pub state: HubState,
    /// Its version, once it has told it.
    pub version: Option<String>,
    /// The fault of the connection and the remedy.
    pub fault: Option<String>,
    /// For how many seconds it has been so; none in a dry run.
    pub seconds: Option<u64>,
}

/// The state of a connection to a hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HubState {
    /// It has the host's newest routes.
    Applied,
    /// It is connected and has not confirmed the newest routes yet.
    Connected,
    /// It is connected by the wire before `tether.v1`, which confirms nothing.
    Legacy,
    /// It is not connected.
    Lost,
    /// A dry run has found somebody who listens there.
    Reached,
}
