//! Reads the command line and the environment, and makes an [`AgentConfig`] of them.
//!
//! Read in this order: `arguments` (the command line), `values` (single values), `cli` (how it is
//! read), `config` (the configuration), `report` (`tetherd settings`).

mod arguments;
mod cli;
mod config;
mod report;
#[cfg(test)]
mod tests;
mod token;
mod values;

pub use arguments::{
    Cli, Command, ExplainSettings, Identity, ReportSettings, RunSettings, Settings,
};
pub use config::AgentConfig;
pub(crate) use config::CA_FILE_VARIABLE;
pub use report::{report, report_inside};
pub use token::HubToken;
