//! The path of the local file.

use std::path::PathBuf;

use crate::settings::{DEFAULT_LOCAL_FILE, Settings};

/// Where the local file is, and whether it has to be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalFilePath {
    /// A file or a directory.
    pub path: PathBuf,
    /// True if somebody named it: then it is a problem that it is not there.
    pub named: bool,
}

impl LocalFilePath {
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
