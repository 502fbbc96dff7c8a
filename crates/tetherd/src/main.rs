//! The agent's program: settings in, an agent that runs until it is told to stop, or one that is
//! taken out.

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};
use tetherd::drain::{End, drain};
use tetherd::settings::{Cli, Command, Identity};
use tetherd::{AgentConfig, environment, program};
use tracing::level_filters::LevelFilter;

/// Some hub was not told, or the agent cannot work at all.
const FAILED: u8 = 1;

/// No hub knows the agent that is to be drained.
const NOBODY: u8 = 3;

/// What the log of a running agent says when it is told to stop.
const HELD: &str = "told to stop: the hub holds this host's routes until the agent is back";
const DRAINED: &str = "told to stop: this host's routes go with the agent";

fn main() -> ExitCode {
    let matches = environment::without_empty(Cli::command()).get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let level = match &cli.command {
        // Its own lines say all.
        Some(Command::Drain(identity)) if !identity.debug => LevelFilter::WARN,
        None if !cli.identity.debug => LevelFilter::INFO,
        _ => LevelFilter::DEBUG,
    };
    program::log(level, &["tetherd"]);
    let names = std::env::vars_os().map(|(name, _)| name);
    for line in environment::unknown(&Cli::command(), "TETHERD_", names) {
        tracing::warn!("{line}");
    }
    match cli.command {
        Some(Command::Drain(identity)) => once(identity),
        None => match AgentConfig::try_from(cli) {
            Ok(config) => match run(config) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => fail(&error, FAILED),
            },
            Err(error) => fail(&error, program::BAD_SETTINGS),
        },
    }
}

/// One thread does: the agent waits nearly always.
#[tokio::main(flavor = "current_thread")]
async fn run(config: AgentConfig) -> anyhow::Result<()> {
    let words = if config.drain_on_stop { DRAINED } else { HELD };
    tetherd::run(config, program::shutdown_by_signal(words)?).await
}

/// Takes the agent out, and says what each hub said.
#[tokio::main(flavor = "current_thread")]
async fn once(identity: Identity) -> ExitCode {
    let config = match AgentConfig::try_from(identity) {
        Ok(config) => config,
        Err(error) => return fail(&error, program::BAD_SETTINGS),
    };
    let outcome = match drain(&config).await {
        Ok(outcome) => outcome,
        Err(error) => return fail(&error, FAILED),
    };
    for hub in &outcome.hubs {
        match hub {
            Ok(line) => println!("{line}"),
            Err(error) => tracing::error!("{error:#}"),
        }
    }
    match outcome.end {
        End::Drained => ExitCode::SUCCESS,
        End::NotTold => ExitCode::from(FAILED),
        End::Nobody => ExitCode::from(NOBODY),
    }
}

fn fail(error: &anyhow::Error, code: u8) -> ExitCode {
    tracing::error!("{error:#}");
    ExitCode::from(code)
}
