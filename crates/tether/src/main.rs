//! The hub's program: arguments, log, signals, exit code.

use std::process::ExitCode;

use clap::ArgMatches;
use tether::auth::Tokens;
use tether::gateways::Gateway;
use tether::settings::cli::{Cli, Command, unknown_settings};
use tether::settings::{ReportSettings, Settings};
use tether::{commands, settings};
use tether_runtime::process;
use tokio_util::sync::CancellationToken;
use tracing::level_filters::LevelFilter;

fn main() -> ExitCode {
    let (cli, matches) = Cli::of_process();
    let level = match &cli.command {
        #[cfg(feature = "demo")]
        Some(Command::Demo(demo)) if demo.debug => LevelFilter::DEBUG,
        Some(Command::Settings(_)) => LevelFilter::WARN,
        // The demo's problems are deliberate, and shown in the dashboard.
        Some(_) => LevelFilter::ERROR,
        None if cli.settings.debug => LevelFilter::DEBUG,
        None => LevelFilter::INFO,
    };
    process::init_logging(level, &["tether", "tetherd"]);
    for line in unknown_settings(std::env::vars_os().map(|(name, _)| name)) {
        tracing::warn!("{line}");
    }
    let result = match cli.command {
        Some(Command::Config(settings)) => return once(commands::config(settings)),
        Some(Command::Check(settings)) => return once(commands::check(settings)),
        Some(Command::Healthcheck(settings)) => return once(commands::healthcheck(settings)),
        Some(Command::Settings(wanted)) => return settings(&wanted, &matches),
        #[cfg(feature = "demo")]
        Some(Command::Demo(demo)) => start(|shutdown| tether::demo::run(demo, shutdown)),
        // Wrong settings of the agent inside the hub are reported before anything starts.
        None => match check(&cli.settings) {
            Ok(tokens) => start(|shutdown| tether::run(cli.settings, tokens, shutdown)),
            Err(error) => return bad_settings(&error),
        },
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Prints the settings, and their errors.
fn settings(wanted: &ReportSettings, matches: &ArgMatches) -> ExitCode {
    let settings = &wanted.settings;
    let matches = matches.subcommand().map_or(matches, |(_, matches)| matches);
    // Printed even with errors, to show where the wrong setting comes from.
    commands::settings(&settings::report(settings, matches), wanted.json);
    match check(settings) {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => bad_settings(&error),
    }
}

/// Checks the settings that the command line does not check. Returns the tokens.
fn check(settings: &Settings) -> anyhow::Result<Tokens> {
    settings.agent()?;
    Gateway::all(settings)?;
    Tokens::of(settings)
}

fn bad_settings(error: &anyhow::Error) -> ExitCode {
    tracing::error!("{error:#}");
    ExitCode::from(process::EXIT_BAD_SETTINGS)
}

/// Runs a command that ends by itself.
#[tokio::main(flavor = "current_thread")]
async fn once(command: impl Future<Output = ExitCode>) -> ExitCode {
    command.await
}

/// Runs `work` on a new runtime until it ends. A signal cancels its token.
#[tokio::main]
async fn start<F: Future<Output = anyhow::Result<()>>>(
    work: impl FnOnce(CancellationToken) -> F,
) -> anyhow::Result<()> {
    let message = "stopping: Traefik keeps its routes until the hub is back";
    work(process::shutdown_on_signal(message)?).await
}
