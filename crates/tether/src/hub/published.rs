//! The state of the hub at one moment, for the dashboard.

use std::sync::Arc;

use crate::fleet::FleetView;
use crate::gateways::Observed;
use crate::local_file::LocalFile;
use crate::probe::Results;
use crate::publish::Snapshot;

/// A snapshot, with the fleet and the local file that it was merged from, and what the gateways do
/// with it, and which servers answer.
#[derive(Debug, Clone, Default)]
pub struct Published {
    /// The served configuration.
    pub snapshot: Arc<Snapshot>,
    /// The agents, without their roster.
    pub fleet: Arc<FleetView>,
    /// The local file.
    pub local_file: Arc<LocalFile>,
    /// The gateways.
    pub observed: Arc<Observed>,
    /// Which servers answer; none if they are not tried.
    pub probed: Option<Arc<Results>>,
}
