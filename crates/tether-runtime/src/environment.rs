//! Reads settings from environment variables: leaves out empty ones and reports unknown names.

use std::ffi::OsString;

use clap::Command;
use go_compat::suggest::nearest;

/// The command without the variables that are set but empty: compose's `${X:-}` means "not set".
#[must_use]
pub fn without_empty(command: Command) -> Command {
    let command = command.mut_subcommands(without_empty);
    command.mut_args(|argument| {
        let is_empty = argument
            .get_env()
            .and_then(std::env::var_os)
            .is_some_and(|value| value.is_empty());
        if is_empty {
            argument.env(None::<&str>)
        } else {
            argument
        }
    })
}

/// One line for each of `names` that begins with `prefix` and is not a setting of the command.
pub fn unknown(
    command: &Command,
    prefix: &str,
    names: impl IntoIterator<Item = OsString>,
) -> Vec<String> {
    // Without the prefix, which has no part in the comparison.
    let known: Vec<&str> = command
        .get_subcommands()
        .chain([command])
        .flat_map(Command::get_arguments)
        .filter_map(|argument| argument.get_env()?.to_str()?.strip_prefix(prefix))
        .collect();
    let line = |name: OsString| {
        let name = name.into_string().ok()?;
        let rest = name.strip_prefix(prefix)?;
        if known.contains(&rest) {
            return None;
        }
        let hint = match nearest(rest, known.iter().copied()) {
            Some(nearest) => format!("did you mean {prefix}{nearest}?"),
            None => "--help lists all settings".to_owned(),
        };
        Some(format!("{name} is not a setting and is ignored: {hint}"))
    };
    let mut lines: Vec<String> = names.into_iter().filter_map(line).collect();
    lines.sort();
    lines
}

#[cfg(test)]
mod tests;
