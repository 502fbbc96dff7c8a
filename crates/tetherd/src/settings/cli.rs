//! Arguments and environment of this process in, a parsed command line out.

use clap::parser::ValueSource;
use clap::{ArgMatches, Command, CommandFactory, FromArgMatches};

use super::arguments::Cli;
use tether_runtime::environment;

impl Cli {
    /// The command line of this process. Wrong arguments end the process with exit code 2.
    pub fn of_process() -> (Self, ArgMatches) {
        let matches = environment::without_empty(Self::grammar()).get_matches();
        match Self::read(&matches) {
            Ok(cli) => (cli, matches),
            Err(error) => error.exit(),
        }
    }

    /// The command line of an agent inside another process: the agent's environment variables,
    /// and these engines if there are any, with commas between.
    ///
    /// # Errors
    /// If a variable or an engine cannot be understood; the text says which.
    pub fn inside(engines: Option<&str>) -> Result<(Self, ArgMatches), clap::Error> {
        let engines = engines.map(|engines| ["--docker-host", engines]);
        let arguments = ["tetherd"].into_iter().chain(engines.into_iter().flatten());
        let command = environment::without_empty(Self::grammar());
        let matches = command.try_get_matches_from(arguments)?;
        Ok((Self::read(&matches)?, matches))
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
