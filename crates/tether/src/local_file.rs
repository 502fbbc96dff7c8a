//! Reads the hub's local file whenever it changes.
//!
//! The way of the data: `read` (bytes) → `templates` (text) → `format` (values) → `parse` (elements) → `keeper` (the
//! last good content of each file) → [`watch()`] → the hub.

mod check;
mod content;
mod format;
mod keeper;
mod parse;
mod path;
mod read;
mod templates;
mod watch;

pub use check::{CheckReport, check_document, check_path};
pub use content::LocalFile;
pub use path::LocalFilePath;
pub use templates::Templates;
pub use watch::watch;
