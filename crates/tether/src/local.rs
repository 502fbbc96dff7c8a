//! The hub's local file: a path in, its elements and problems out, anew whenever it changes.
//!
//! The way of the data: `read` (bytes) → `format` (values) → `parse` (elements) → [`Keeper`] (the
//! last good content of each file) → [`watch()`], which tells the hub.

mod check;
mod format;
mod keeper;
mod parse;
mod read;
mod watch;

use std::path::PathBuf;

use traefik_config::Problem;

use crate::compile::AgentRoutes;
use crate::settings::{DEFAULT_LOCAL_FILE, Settings};

pub use check::{Checked, check_document, check_path};
pub use keeper::Keeper;
pub use read::{Reading, Unreadable, read};
pub use watch::watch;

/// What the local file says at this moment, as far as it is good.
#[derive(Debug, Clone, Default)]
pub struct Local {
    /// Its elements; none if there are none.
    pub routes: Option<AgentRoutes>,
    /// How many there are.
    pub elements: usize,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

/// Where the local file is, and whether it has to be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// A file or a directory.
    pub path: PathBuf,
    /// True if somebody named it: then it is a problem that it is not there.
    pub named: bool,
}

impl Place {
    /// Where the settings say it is.
    pub fn of(settings: &Settings) -> Self {
        Self {
            path: settings
                .config
                .clone()
                .unwrap_or_else(|| PathBuf::from(DEFAULT_LOCAL_FILE)),
            named: settings.config.is_some(),
        }
    }
}
