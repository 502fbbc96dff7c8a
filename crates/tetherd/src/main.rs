//! The agent's program: runs the agent until it is stopped, or answers one question.

use std::process::ExitCode;

use clap::CommandFactory;
use tether_runtime::{environment, process};
use tetherd::hub::drain::{DrainResult, drain};
use tetherd::settings::{Cli, Command};
use tetherd::{AgentConfig, commands, settings};
use tracing::level_filters::LevelFilter;

/// Some hub was not told, or the agent cannot work at all.
const FAILED: u8 = 1;

/// No hub knows the agent that is to be drained.
const NOBODY: u8 = 3;

/// The log message of a running agent that is stopped.
const HELD: &str = "told to stop: the hub holds this host's routes until the agent is back";
const DRAINED: &str = "told to stop: this host's routes go with the agent";

fn main() -> ExitCode {
    let (cli, matches) = Cli::of_process();
    let command = cli.command.clone();
    let level = match &command {
        _ if cli.identity.debug => LevelFilter::DEBUG,
        None => LevelFilter::INFO,
        Some(Command::Run(run)) if !run.once => LevelFilter::INFO,
        // Its own lines say all.
        Some(Command::Drain | Command::Settings(_)) => LevelFilter::WARN,
        // These commands print their findings themselves.
        Some(_) => LevelFilter::ERROR,
    };
    process::init_logging(level, &["tetherd"]);
    let names = std::env::vars_os().map(|(name, _)| name);
    for line in environment::unknown(&Cli::command(), "TETHERD_", names) {
        tracing::warn!("{line}");
    }
    if let Some(Command::Settings(wanted)) = &command {
        // Printed even if they cannot work: it shows where the wrong one comes from.
        commands::settings(&settings::report(&cli, &matches), wanted.json);
    }
    let config = match AgentConfig::try_from(cli) {
        Ok(config) => config,
        Err(error) => return fail(&error, process::EXIT_BAD_SETTINGS),
    };
    match command {
        Some(Command::Run(run)) if run.once => once(commands::once(&config)),
        Some(Command::Explain(explain)) => once(commands::explain(&config, &explain)),
        Some(Command::Healthcheck) => once(commands::healthcheck(&config)),
        Some(Command::Drain) => once(take_out(&config)),
        Some(Command::Settings(_)) => ExitCode::SUCCESS,
        None | Some(Command::Run(_)) => match run(config) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(&error, FAILED),
        },
    }
}

/// Runs a command that ends by itself.
#[tokio::main(flavor = "current_thread")]
async fn once(command: impl Future<Output = ExitCode>) -> ExitCode {
    command.await
}

/// One thread does: the agent waits nearly always.
#[tokio::main(flavor = "current_thread")]
async fn run(config: AgentConfig) -> anyhow::Result<()> {
    let words = if config.drain_on_stop { DRAINED } else { HELD };
    tetherd::run(config, process::shutdown_on_signal(words)?).await
}

/// Takes the agent out, and says what each hub said.
async fn take_out(config: &AgentConfig) -> ExitCode {
    let report = match drain(config).await {
        Ok(report) => report,
        Err(error) => return fail(&error, FAILED),
    };
    for hub in &report.hubs {
        match hub {
            Ok(line) => println!("{line}"),
            Err(error) => tracing::error!("{error:#}"),
        }
    }
    match report.result {
        DrainResult::Drained => ExitCode::SUCCESS,
        DrainResult::Incomplete => ExitCode::from(FAILED),
        DrainResult::UnknownAgent => ExitCode::from(NOBODY),
    }
}

fn fail(error: &anyhow::Error, code: u8) -> ExitCode {
    tracing::error!("{error:#}");
    ExitCode::from(code)
}
