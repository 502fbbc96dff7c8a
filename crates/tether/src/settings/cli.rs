//! The command line, and warnings about variables that it does not know.

use std::ffi::OsString;

use clap::builder::styling::Styles;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand};
use tether_runtime::{command_line, environment};

use super::commands::{CheckSettings, ConfigSettings, HealthSettings, ReportSettings};
#[cfg(feature = "demo")]
use super::demo::DemoSettings;
use super::hub::Settings;
use super::values::TEMPLATE_VARIABLES;

/// The prefix of the hub's environment variables.
const PREFIX: &str = "TETHER_";

/// A variable that other compose files set, and the one that their users mean.
const MISTAKEN: (&str, &str) = ("TETHER_SECRET", "TETHER_TOKEN");

/// The hub next to Traefik: collects the routes of all Docker hosts from their agents (tetherd) and
/// serves them as one Traefik configuration at /config.
#[derive(Debug, Parser)]
#[command(name = "tether", version, max_term_width = 100, styles = Styles::plain())]
#[command(args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// The command; without one, run the hub.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The hub's settings.
    #[command(flatten)]
    pub settings: Settings,
}

/// The program's other commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Try it: a hub, three simulated Docker hosts, and containers that come and go.
    #[cfg(feature = "demo")]
    Demo(DemoSettings),
    /// Print the configuration that a running hub serves to Traefik.
    Config(ConfigSettings),
    /// Check a local file, a directory of them, or the configuration that a hub serves.
    ///
    /// The exit code is 0 without findings, 1 with findings, and 2 if it cannot be read.
    Check(CheckSettings),
    /// Check the hub on this machine: prints one line, and exits with 0 if it is healthy, else 1.
    Healthcheck(HealthSettings),
    /// Print every setting with its effective value and the source of that value.
    ///
    /// Secrets are not shown. The exit code is 2 if the hub would not start with these settings.
    Settings(Box<ReportSettings>),
}

impl Cli {
    /// Parses the command line of this process. Wrong arguments end the process with exit code 2.
    pub fn of_process() -> (Self, ArgMatches) {
        let matches = command_line::matches_or_exit(Self::command());
        match Self::from_arg_matches(&matches) {
            Ok(cli) => (cli, matches),
            Err(error) => command_line::exit(&error),
        }
    }
}

/// Returns one line for each variable that looks like a setting of the hub but is not one.
pub fn unknown_settings(names: impl Iterator<Item = OsString>) -> Vec<String> {
    let (mistaken, meant) = MISTAKEN;
    let is_for_templates = |name: &OsString| {
        let name = name.to_str();
        name.is_some_and(|name| name.starts_with(TEMPLATE_VARIABLES))
    };
    let settings = names.filter(|name| !is_for_templates(name));
    let (believed, others): (Vec<_>, Vec<_>) = settings.partition(|name| name == mistaken);
    let mut lines = environment::unknown(&Cli::command(), PREFIX, others);
    if !believed.is_empty() {
        lines.push(format!(
            "{mistaken} is not a setting and is ignored: did you mean {meant}?"
        ));
    }
    lines
}

#[cfg(test)]
mod tests;
