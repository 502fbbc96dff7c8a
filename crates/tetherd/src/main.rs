//! The agent's program: settings in, an agent that runs until it is told to stop.

use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::Duration;

use clap::{CommandFactory, FromArgMatches};
use tetherd::settings::Cli;
use tetherd::{AgentConfig, environment};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// The exit code for settings that cannot work, clap's own included.
const BAD_SETTINGS: u8 = 2;

/// Signals within this time are one wish to end.
const ONE_WISH: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let matches = environment::without_empty(Cli::command()).get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    log(cli.debug);
    let names = std::env::vars_os().map(|(name, _)| name);
    for line in environment::unknown(&Cli::command(), "TETHERD_", names) {
        tracing::warn!("{line}");
    }
    let config = match AgentConfig::try_from(cli) {
        Ok(config) => config,
        Err(error) => {
            tracing::error!("{error:#}");
            return ExitCode::from(BAD_SETTINGS);
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
    let shutdown = CancellationToken::new();
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let stop = shutdown.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("told to stop: the hub holds this host's routes until the agent is back");
        stop.cancel();
        // Who asks twice does not want to wait. Some tools send one wish as two signals.
        sleep(ONE_WISH).await;
        let again = (
            signal(SignalKind::terminate()),
            signal(SignalKind::interrupt()),
        );
        if let (Ok(mut terminate), Ok(mut interrupt)) = again {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            std::process::exit(1);
        }
    });
    tetherd::run(config, shutdown).await
}

/// Only our own lines: other crates log whole requests, and with them secrets.
fn log(debug: bool) {
    let level = if debug {
        LevelFilter::DEBUG
    } else {
        LevelFilter::INFO
    };
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    tracing_subscriber::registry()
        .with(lines)
        .with(Targets::new().with_target("tetherd", level))
        .init();
}
