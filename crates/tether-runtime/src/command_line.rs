//! Parses the command line of a process, and keeps passwords out of the errors.

use clap::error::{ContextKind, ContextValue};
use clap::{ArgMatches, Command, Error};

use crate::environment::without_empty;
use crate::text::{REDACTED, without_passwords};

/// Parses the command line and the variables of this process. Wrong ones end it with exit code 2.
#[must_use]
pub fn matches_or_exit(command: Command) -> ArgMatches {
    match without_empty(command).try_get_matches() {
        Ok(matches) => matches,
        Err(error) => exit(&error),
    }
}

/// Prints the error, or the help that was asked for, and ends the process.
pub fn exit(error: &Error) -> ! {
    if error.use_stderr() {
        eprint!("{}", error_text(error));
        std::process::exit(error.exit_code());
    }
    error.exit()
}

/// The text of the error without the users and passwords of addresses.
#[must_use]
pub fn error_text(error: &Error) -> String {
    let text = without_passwords(&error.render().to_string());
    let Some(ContextValue::String(value)) = error.get(ContextKind::InvalidValue) else {
        return text;
    };
    // An address without its scheme.
    match value.rsplit_once('@') {
        Some((user, _)) if user.contains(':') && !user.contains("://") => {
            text.replace(&format!("{user}@"), &format!("{REDACTED}@"))
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests;
