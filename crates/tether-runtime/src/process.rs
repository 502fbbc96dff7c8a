//! Starts and ends a process: shutdown on signals, log lines on standard error, exit codes,
//! and yes-or-no settings.

use std::io::{self, IsTerminal};
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// The exit code for settings that cannot work; clap uses it too.
pub const EXIT_BAD_SETTINGS: u8 = 2;

/// Signals within this time count as one request to stop: some tools send two.
const SIGNAL_MERGE_TIME: Duration = Duration::from_secs(1);

/// Returns a token that the first SIGTERM or SIGINT cancels, which also logs `message`. A later
/// signal ends the process at once.
///
/// # Errors
/// If no signal handler can be installed.
pub fn shutdown_on_signal(message: &'static str) -> io::Result<CancellationToken> {
    let shutdown = CancellationToken::new();
    let mut first = StopSignals::new()?;
    let token = shutdown.clone();
    tokio::spawn(async move {
        first.recv().await;
        tracing::info!("{message}");
        token.cancel();
        sleep(SIGNAL_MERGE_TIME).await;
        // New handlers: the first ones may hold a signal of the merged request.
        if let Ok(mut second) = StopSignals::new() {
            second.recv().await;
            std::process::exit(1);
        }
    });
    Ok(shutdown)
}

/// The signals that ask a process to stop.
struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    fn new() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn recv(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Writes log lines of `crates` and of this crate from `level` on to standard error. Lines of
/// other crates are left out: they contain whole requests with their secrets.
pub fn init_logging(level: LevelFilter, crates: &[&str]) {
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .with_target(false);
    let targets = crates.iter().copied().chain([env!("CARGO_CRATE_NAME")]);
    tracing_subscriber::registry()
        .with(lines)
        .with(Targets::new().with_targets(targets.map(|target| (target, level))))
        .init();
}

/// Parses the value of a flag's environment variable.
///
/// # Errors
/// If it is neither a yes nor a no.
pub fn yes_or_no(text: &str) -> Result<bool, String> {
    match text.trim().to_ascii_lowercase().as_str() {
        "1" | "true" | "t" | "yes" | "y" | "on" => Ok(true),
        "0" | "false" | "f" | "no" | "n" | "off" => Ok(false),
        _ => Err("write true or false (or yes, on, 1, no, off, 0)".to_owned()),
    }
}

#[cfg(test)]
mod tests;
