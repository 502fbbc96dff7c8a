//! Logs what has changed about servers.

use super::finding::Reachability;
use super::results::Results;

/// The most lines for changes that come together: when a host goes, all its servers do.
const LINES_MAX: usize = 10;

/// Logs the servers that have failed or answer again since the last results.
pub(super) fn log_changes(before: &Results, now: &Results) {
    let mut lines = 0;
    for (target, &known) in &now.known {
        let was = before.of(target);
        let had_failed = matches!(was, Reachability::Fails(_));
        match known {
            Reachability::Fails(failure) if known != was => {
                lines += 1;
                if lines <= LINES_MAX {
                    tracing::warn!("{}", failure.message(&**target));
                }
            }
            Reachability::Answers if had_failed => {
                lines += 1;
                if lines <= LINES_MAX {
                    tracing::info!("`{target}` answers the hub again");
                }
            }
            _ => {}
        }
    }
    if lines > LINES_MAX {
        tracing::warn!("{} more servers have changed alike", lines - LINES_MAX);
    }
}
