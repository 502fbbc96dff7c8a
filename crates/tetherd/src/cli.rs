//! Arguments and environment of this process in, a parsed command line out.

use clap::parser::ValueSource;
use clap::{ArgMatches, Command, CommandFactory, FromArgMatches};

use crate::settings::Cli;
use tether_runtime::environment;

impl Cli {
    /// The command line of this process. Wrong arguments end the process with exit code 2.
    pub fn of_process() -> Self {
        let matches = environment::without_empty(Self::grammar()).get_matches();
        Self::read(&matches).unwrap_or_else(|error| error.exit())
    }

    /// The grammar: every setting may stand before or behind the command.
    pub fn grammar() -> Command {
        Self::command().mut_args(|argument| argument.global(true))
    }

    /// What was matched.
    ///
    /// # Errors
    /// If it was not matched by [`Self::grammar`].
    pub fn read(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut cli = Self::from_arg_matches(matches)?;
        let source = matches.value_source("docker_host");
        cli.engines_said = source.is_some_and(|source| source != ValueSource::DefaultValue);
        Ok(cli)
    }
}
