//! The agent's program: settings in, an agent that runs until it is told to stop.

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};
use tetherd::settings::Cli;
use tetherd::{AgentConfig, environment, program};
use tracing::level_filters::LevelFilter;

fn main() -> ExitCode {
    let matches = environment::without_empty(Cli::command()).get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let level = if cli.debug {
        LevelFilter::DEBUG
    } else {
        LevelFilter::INFO
    };
    program::log(level, &["tetherd"]);
    let names = std::env::vars_os().map(|(name, _)| name);
    for line in environment::unknown(&Cli::command(), "TETHERD_", names) {
        tracing::warn!("{line}");
    }
    let config = match AgentConfig::try_from(cli) {
        Ok(config) => config,
        Err(error) => {
            tracing::error!("{error:#}");
            return ExitCode::from(program::BAD_SETTINGS);
        }
    };
    match run(config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// One thread does: the agent waits nearly always.
#[tokio::main(flavor = "current_thread")]
async fn run(config: AgentConfig) -> anyhow::Result<()> {
    let words = "told to stop: the hub holds this host's routes until the agent is back";
    tetherd::run(config, program::shutdown_by_signal(words)?).await
}
