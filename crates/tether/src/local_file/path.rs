//! The path of the local file.

use std::path::PathBuf;

use crate::settings::{DEFAULT_LOCAL_FILE, Settings};

/// The path of the local file, and whether the file must exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalFilePath {
    /// A file or a directory.
    pub path: PathBuf,
    /// True if the path is configured: then a missing file is a problem.
    pub named: bool,
}

impl LocalFilePath {
    /// The path from the settings.
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
