//! The state of the hub at one moment, for the dashboard.

use std::sync::Arc;

use super::snapshot::Snapshot;
use crate::fleet::FleetView;
use crate::local_file::LocalFile;

/// A snapshot, with the fleet and the local file that it was merged from.
#[derive(Debug, Default)]
pub struct Published {
    /// The served configuration.
    pub snapshot: Arc<Snapshot>,
    /// The agents, without their roster.
    pub fleet: FleetView,
    /// The local file.
    pub local_file: Arc<LocalFile>,
}
