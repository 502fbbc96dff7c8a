//! The hub's program: arguments, log, wire, wait, exit code.

use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::Duration;

use tether::cli::unknown_settings;
use tether::settings::{Cli, Command};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// The exit code for settings that will not do, as clap has it for wrong arguments.
const BAD_SETTINGS: u8 = 2;

/// Signals within this time are one wish to end.
const ONE_WISH: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let cli = Cli::of_process();
    log(match &cli.command {
        Some(Command::Demo(demo)) if demo.debug => LevelFilter::DEBUG,
        // Its mistakes are made on purpose and shown in the dashboard.
        Some(Command::Demo(_)) => LevelFilter::ERROR,
        None if cli.settings.debug => LevelFilter::DEBUG,
        None => LevelFilter::INFO,
    });
    for line in unknown_settings(std::env::vars_os().map(|(name, _)| name)) {
        tracing::warn!("{line}");
    }
    let result = match cli.command {
        Some(Command::Demo(demo)) => start(|shutdown| tether::demo::run(demo, shutdown)),
        None => match cli.settings.tokens() {
            Ok(tokens) => start(|shutdown| tether::run(cli.settings, tokens, shutdown)),
            Err(error) => {
                tracing::error!("{error:#}");
                return ExitCode::from(BAD_SETTINGS);
            }
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

/// Runs `work` on a runtime of its own until it ends; a signal asks it to.
fn start<F: Future<Output = anyhow::Result<()>>>(
    work: impl FnOnce(CancellationToken) -> F,
) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(async {
            let shutdown = CancellationToken::new();
            let mut terminate = signal(SignalKind::terminate())?;
            let mut interrupt = signal(SignalKind::interrupt())?;
            let asked = shutdown.clone();
            tokio::spawn(async move {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
                tracing::info!("told to stop: Traefik keeps its routes until the hub is back");
                asked.cancel();
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
            work(shutdown).await
        })
}

/// Only our own lines: other crates log whole requests, and with them secrets.
fn log(level: LevelFilter) {
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    let ours = Targets::new()
        .with_target("tether", level)
        .with_target("tetherd", level);
    tracing_subscriber::registry().with(lines).with(ours).init();
}
