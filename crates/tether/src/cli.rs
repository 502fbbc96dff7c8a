//! Arguments and environment in, a parsed command line and warnings about it out.

use std::ffi::OsString;

use clap::builder::Resettable;
use clap::{ArgMatches, Command, CommandFactory, FromArgMatches};

use crate::settings::Cli;

/// What the names of the hub's environment variables start with.
const PREFIX: &str = "TETHER_";

/// How alike two names must be to be taken for a slip, from 0 to 1.
const LIKENESS: f64 = 0.7;

impl Cli {
    /// The command line of this process. A variable that is set but empty counts as not set, as
    /// compose files write `${X:-}`. Wrong arguments end the process with exit code 2.
    pub fn of_process() -> Self {
        let matches = without_empty(Self::command()).get_matches();
        Self::of(&matches).unwrap_or_else(|error| error.exit())
    }

    fn of(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Self::from_arg_matches(matches)
    }
}

/// One line for each variable that looks like a setting of the hub and is none.
pub fn unknown_settings(names: impl Iterator<Item = OsString>) -> Vec<String> {
    let known = variables(&Cli::command());
    let mut warnings: Vec<String> = names
        .filter_map(|name| name.into_string().ok())
        .filter(|name| name.starts_with(PREFIX) && !known.contains(name))
        .map(|name| unknown(&name, &known))
        .collect();
    warnings.sort();
    warnings
}

fn unknown(name: &str, known: &[String]) -> String {
    // Its users believe that it keeps strangers out.
    let nearest = if name == "TETHER_SECRET" {
        Some("TETHER_TOKEN")
    } else {
        let tail = |name: &str| name.trim_start_matches(PREFIX).to_owned();
        let likeness = |other: &String| strsim::jaro_winkler(&tail(name), &tail(other));
        let mut near: Vec<_> = known.iter().map(|other| (likeness(other), other)).collect();
        near.sort_by(|a, b| b.0.total_cmp(&a.0));
        near.first()
            .filter(|(likeness, _)| *likeness >= LIKENESS)
            .map(|(_, name)| name.as_str())
    };
    let remedy = match nearest {
        Some(nearest) => format!("did you mean {nearest}?"),
        None => "see `tether --help`".to_owned(),
    };
    format!("{name} is no setting of the hub and is ignored: {remedy}")
}

fn without_empty(command: Command) -> Command {
    let command = command.mut_args(|arg| {
        let empty = arg
            .get_env()
            .is_some_and(|name| std::env::var_os(name).is_some_and(|value| value.is_empty()));
        if empty {
            arg.env(Resettable::Reset)
        } else {
            arg
        }
    });
    command.mut_subcommands(without_empty)
}

fn variables(command: &Command) -> Vec<String> {
    let own = command.get_arguments().filter_map(clap::Arg::get_env);
    let mut names: Vec<String> = own
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    names.extend(command.get_subcommands().flat_map(variables));
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warnings(name: &str) -> Vec<String> {
        unknown_settings([OsString::from(name)].into_iter())
    }

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_slip_is_named_with_what_was_meant() {
        assert_eq!(
            warnings("TETHER_TOKN"),
            ["TETHER_TOKN is no setting of the hub and is ignored: did you mean TETHER_TOKEN?"]
        );
        assert!(warnings("TETHER_SECRET")[0].contains("TETHER_TOKEN?"));
        assert!(warnings("TETHER_XYZZY")[0].contains("--help"));
    }

    #[test]
    fn the_agents_and_other_programs_settings_are_not_ours() {
        assert!(warnings("TETHERD_TOKEN").is_empty());
        assert!(warnings("HOME").is_empty());
        assert!(warnings("TETHER_TOKEN").is_empty());
    }
}
