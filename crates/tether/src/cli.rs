//! Arguments and environment in, a parsed command line and warnings about it out.

use std::ffi::OsString;

use clap::{ArgMatches, CommandFactory, FromArgMatches};
use tether_runtime::environment;

use crate::settings::Cli;

/// What the names of the hub's environment variables start with.
const PREFIX: &str = "TETHER_";

/// A variable that other compose files set, and what its users believe it to be.
const MISTAKEN: (&str, &str) = ("TETHER_SECRET", "TETHER_TOKEN");

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
            ["TETHER_TOKN is not a setting and is ignored: did you mean TETHER_TOKEN?"]
        );
        assert!(warnings("TETHER_SECRET")[0].contains("TETHER_TOKEN?"));
        assert!(warnings("TETHER_XYZZY")[0].contains("--help"));
    }

    #[test]
    fn the_agents_and_other_programs_settings_are_not_ours() {
        for name in [
            "TETHERD_TOKEN",
            "HOME",
            "TETHER_TOKEN",
            "TETHER_DEMO_TRAEFIK",
        ] {
            assert!(warnings(name).is_empty(), "{name}");
        }
    }
}
