//! What is there at one moment in; the dashboard's rows out, made when somebody looks.
//!
//! In a large fleet rows take longer than the merge, and most of the time nobody looks.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use crate::merger::FleetView;
use crate::rows::rows;
use crate::snapshot::Snapshot;
use crate::view::State;

/// A moment of the hub, to be shown.
#[derive(Debug, Default)]
pub struct Picture {
    moment: Option<Moment>,
    state: OnceLock<Arc<State>>,
}

#[derive(Debug)]
struct Moment {
    snapshot: Arc<Snapshot>,
    fleet: FleetView,
    entry_points: Arc<BTreeMap<String, u16>>,
}

impl Picture {
    /// This snapshot, and the fleet and the file that it was merged from.
    pub fn new(
        snapshot: Arc<Snapshot>,
        fleet: FleetView,
        entry_points: Arc<BTreeMap<String, u16>>,
    ) -> Self {
        let moment = Moment {
            snapshot,
            fleet,
            entry_points,
        };
        Self {
            moment: Some(moment),
            state: OnceLock::new(),
        }
    }

    /// What is shown of it; the first call makes it.
    pub fn state(&self) -> &Arc<State> {
        self.state.get_or_init(|| {
            Arc::new(match &self.moment {
                Some(moment) => rows(&moment.snapshot, &moment.fleet, &moment.entry_points),
                None => State::empty(),
            })
        })
    }
}

#[cfg(test)]
impl From<State> for Picture {
    fn from(state: State) -> Self {
        Self {
            moment: None,
            state: OnceLock::from(Arc::new(state)),
        }
    }
}
