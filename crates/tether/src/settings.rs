//! Reads the command line and the environment.

pub mod cli;
mod commands;
#[cfg(feature = "demo")]
mod demo;
mod hub;
mod report;
mod tokens;
mod traefik_api;
mod values;

pub use commands::{CheckSettings, ConfigSettings, HealthSettings, ReaderSettings, ReportSettings};
#[cfg(feature = "demo")]
pub use demo::DemoSettings;
pub use hub::{DEFAULT_LOCAL_FILE, Settings, usual_entry_points};
pub use report::report;
pub use tokens::{AgentToken, MainToken, ReadToken, WebToken};
pub use traefik_api::{TraefikApi, TraefikApiText};
pub use values::{TEMPLATE_VARIABLES, VersionSetting, Wait};
