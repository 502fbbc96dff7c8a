//! Command line and environment in, checked settings out.

pub mod cli;
mod commands;
mod hub;
mod report;
mod values;

pub use commands::{
    CheckSettings, ConfigSettings, DemoSettings, HealthSettings, ReaderSettings, ReportSettings,
};
pub use hub::{DEFAULT_LOCAL_FILE, Settings};
pub use report::report;
pub use values::Wait;
pub(crate) use values::secret;
