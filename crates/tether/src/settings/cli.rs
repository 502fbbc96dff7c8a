//! Arguments and environment in, a parsed command line and warnings about it out.

use std::ffi::OsString;

use clap::builder::styling::Styles;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand};
use tether_runtime::environment;

use super::commands::{CheckSettings, ConfigSettings, HealthSettings, ReportSettings};
#[cfg(feature = "demo")]
use super::demo::DemoSettings;
use super::hub::Settings;

/// What the names of the hub's environment variables start with.
const PREFIX: &str = "TETHER_";

/// A variable that other compose files set, and what its users believe it to be.
const MISTAKEN: (&str, &str) = ("TETHER_SECRET", "TETHER_TOKEN");

/// The hub beside Traefik: hears the agents (tetherd) of all Docker hosts and serves one
/// merged Traefik configuration at /config.
#[derive(Debug, Parser)]
#[command(name = "tether", version, max_term_width = 100, styles = Styles::plain())]
#[command(args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// What to do; without one, run the hub.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The hub's settings.
    #[command(flatten)]
    pub settings: Settings,
}

/// What else the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Try it: a hub, three simulated Docker hosts and containers that come and go.
    #[cfg(feature = "demo")]
    Demo(DemoSettings),
    /// Print what Traefik gets from a running hub.
    Config(ConfigSettings),
    /// Say what is wrong with a local file, a directory of them, or what a hub serves. The exit
    /// code is 0 if nothing is, 1 if something is, and 2 if it cannot be read.
    Check(CheckSettings),
    /// Say whether the hub on this machine is well: exit code 0 if so, else 1, and one line why.
    Healthcheck(HealthSettings),
    /// Print every setting with its value in force and the source of that value. Secrets are not
    /// shown. The exit code is 2 if the hub would not start with these settings.
    Settings(Box<ReportSettings>),
}

impl Cli {
    /// The command line of this process. Wrong arguments end the process with exit code 2.
    pub fn of_process() -> (Self, ArgMatches) {
        let matches = environment::without_empty(Self::command()).get_matches();
        match Self::from_arg_matches(&matches) {
            Ok(cli) => (cli, matches),
            Err(error) => error.exit(),
        }
    }
}

/// One line for each variable that looks like a setting of the hub and is none.
pub fn unknown_settings(names: impl Iterator<Item = OsString>) -> Vec<String> {
    let (mistaken, meant) = MISTAKEN;
    let (believed, others): (Vec<_>, Vec<_>) = names.partition(|name| name == mistaken);
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
