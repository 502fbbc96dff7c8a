//! What both programs do alike: signals in, an asked-for end out; log lines to standard error;
//! secrets from where they are.

use std::io::{self, IsTerminal};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use tether_proto::Token;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// The exit code for settings that cannot work, clap's own included.
pub const BAD_SETTINGS: u8 = 2;

/// Signals within this time are one wish to end.
const ONE_WISH: Duration = Duration::from_secs(1);

/// A token that a signal to end cancels, with `words` in the log. Who asks twice does not want
/// to wait: the second wish ends the process.
///
/// # Errors
/// If signals cannot be heard.
pub fn shutdown_by_signal(words: &'static str) -> io::Result<CancellationToken> {
    let shutdown = CancellationToken::new();
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let asked = shutdown.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("{words}");
        asked.cancel();
        // Some tools send one wish as two signals.
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
    Ok(shutdown)
}

/// Logs the lines of `crates` from `level` on. Only our own: other crates log whole requests,
/// and with them secrets.
pub fn log(level: LevelFilter, crates: &[&str]) {
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .with_target(false);
    let ours = crates.iter().map(|name| ((*name).to_owned(), level));
    tracing_subscriber::registry()
        .with(lines)
        .with(Targets::new().with_targets(ours))
        .init();
}

/// The value of a flag's variable.
///
/// # Errors
/// If it is neither a yes nor a no.
pub fn yes_or_no(text: &str) -> Result<bool, String> {
    match text.trim().to_ascii_lowercase().as_str() {
        "1" | "true" | "t" | "yes" | "y" | "on" => Ok(true),
        "0" | "false" | "f" | "no" | "n" | "off" => Ok(false),
        _ => Err("write true or false (yes, on, 1, no, off and 0 do as well)".to_owned()),
    }
}

/// A secret from where it is: the setting `name` itself, or the file that `name` with `_FILE`
/// names. `meant` says what it should be set to.
///
/// # Errors
/// If it is blank or given twice, or if the file cannot be read or is empty.
pub fn secret(
    text: Option<&str>,
    file: Option<&Path>,
    name: &str,
    meant: &str,
) -> anyhow::Result<Option<Token>> {
    let token = match (text, file) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => bail!("{name} and {name}_FILE are both set: leave out one of them"),
        (Some(text), None) => {
            Token::new(text).with_context(|| format!("{name} is blank: set it to {meant}"))?
        }
        (None, Some(path)) => {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("{name}_FILE: cannot read {}", path.display()))?;
            Token::new(&text)
                .with_context(|| format!("{name}_FILE: {} is empty", path.display()))?
        }
    };
    Ok(Some(token))
}
