//! The hub's program: arguments, log, wire, wait, exit code.

use std::io::IsTerminal;
use std::process::ExitCode;

use tether::cli::unknown_settings;
use tether::settings::{Cli, Command};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

/// The exit code for settings that will not do, as clap has it for wrong arguments.
const BAD_SETTINGS: u8 = 2;

fn main() -> ExitCode {
    let cli = Cli::of_process();
    let debug = match &cli.command {
        Some(Command::Demo(settings)) => settings.debug,
        None => cli.settings.debug,
    };
    log_to_stderr(debug);
    for warning in unknown_settings(std::env::vars_os().map(|(name, _)| name)) {
        tracing::warn!("{warning}");
    }
    let result = match cli.command {
        Some(Command::Demo(settings)) => start(|shutdown| tether::demo::run(settings, shutdown)),
        None => match cli.settings.tokens() {
            Ok(tokens) => start(|shutdown| tether::run(cli.settings, tokens, shutdown)),
            Err(error) => {
                eprintln!("tether: {error:#}");
                return ExitCode::from(BAD_SETTINGS);
            }
        },
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tether: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs `work` on a runtime of its own until it ends; a signal asks it to.
fn start<F: Future<Output = anyhow::Result<()>>>(
    work: impl FnOnce(CancellationToken) -> F,
) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(async {
            let shutdown = CancellationToken::new();
            let (mut terminate, mut interrupt) = (
                signal(SignalKind::terminate())?,
                signal(SignalKind::interrupt())?,
            );
            let asked = shutdown.clone();
            tokio::spawn(async move {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
                tracing::info!("shutting down");
                asked.cancel();
            });
            work(shutdown).await
        })
}

fn log_to_stderr(debug: bool) {
    let fallback = if debug {
        "info,tether=debug,tetherd=debug"
    } else {
        "info"
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(fallback));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
}
