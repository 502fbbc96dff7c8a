//! Parses the command line and the environment.

use anyhow::anyhow;
use clap::parser::ValueSource;
use clap::{ArgMatches, Command, CommandFactory, FromArgMatches};

use super::arguments::Cli;
use tether_runtime::{command_line, environment};

impl Cli {
    /// Parses the command line of this process. Wrong arguments end the process with exit code 2.
    pub fn of_process() -> (Self, ArgMatches) {
        let matches = command_line::matches_or_exit(Self::grammar());
        match Self::read(&matches) {
            Ok(cli) => (cli, matches),
            Err(error) => command_line::exit(&error),
        }
    }

    /// Parses the settings of an agent inside the hub: the agent's environment variables, and
    /// `engines`, separated by commas, instead of `DOCKER_HOST`.
    ///
    /// # Errors
    /// If a variable or an engine is invalid; the text says which.
    pub fn inside(engines: Option<&str>) -> anyhow::Result<(Self, ArgMatches)> {
        let engines = engines.map(|engines| ["--docker-host", engines]);
        let arguments = ["tetherd"].into_iter().chain(engines.into_iter().flatten());
        let command = environment::without_empty(Self::grammar());
        let read = |matches| Ok((Self::read(&matches)?, matches));
        let result = command.try_get_matches_from(arguments).and_then(read);
        result.map_err(|error| anyhow!(command_line::error_text(&error)))
    }

    /// The grammar: settings may stand before or after the command.
    pub fn grammar() -> Command {
        Self::command().mut_args(|argument| argument.global(true))
    }

    /// Reads what [`Self::grammar`] matched.
    ///
    /// # Errors
    /// If something else matched it.
    pub fn read(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut cli = Self::from_arg_matches(matches)?;
        let source = matches.value_source("docker_host");
        cli.engines_said = source.is_some_and(|source| source != ValueSource::DefaultValue);
        Ok(cli)
    }
}
