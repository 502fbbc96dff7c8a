//! Reads settings from environment variables: leaves out empty ones and reports unknown names.

use std::ffi::OsString;

use clap::Command;

/// Names that differ by at most this many edits are suggested.
const SUGGESTION_MAX_EDITS: usize = 2;

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
    let known: Vec<String> = command
        .get_subcommands()
        .chain([command])
        .flat_map(Command::get_arguments)
        .filter_map(|argument| argument.get_env()?.to_str().map(str::to_owned))
        .filter(|name| name.starts_with(prefix))
        .collect();
    let mut lines: Vec<String> = names
        .into_iter()
        .filter_map(|name| name.into_string().ok())
        .filter(|name| name.starts_with(prefix) && !known.contains(name))
        .map(|name| match nearest(&name, &known) {
            Some(nearest) => {
                format!("{name} is not a setting and is ignored: did you mean {nearest}?")
            }
            None => format!("{name} is not a setting and is ignored: --help lists all settings"),
        })
        .collect();
    lines.sort();
    lines
}

/// The known name that was probably meant.
fn nearest<'a>(name: &str, known: &'a [String]) -> Option<&'a str> {
    let edits = |known: &'a String| (strsim::levenshtein(known, name), known.as_str());
    let (edits, nearest) = known.iter().map(edits).min_by_key(|(edits, _)| *edits)?;
    (edits <= SUGGESTION_MAX_EDITS).then_some(nearest)
}

#[cfg(test)]
mod tests;
