//! Environment variables in; what of them counts, and a line for each that nobody reads, out.

use std::ffi::OsString;

use clap::Command;

/// The command and its subcommands with those arguments' variables taken off that are set but
/// empty: compose's `${X:-}` means "not set".
#[must_use]
pub fn without_empty(command: Command) -> Command {
    let command = command.mut_subcommands(without_empty);
    command.mut_args(|argument| {
        let empty = argument
            .get_env()
            .and_then(std::env::var_os)
            .is_some_and(|value| value.is_empty());
        if empty {
            argument.env(None::<&str>)
        } else {
            argument
        }
    })
}

/// One line for each of `names` that begins with `prefix` and is none of the command's own.
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
        .map(|name| {
            let nearest = known.iter().min_by_key(|known| distance(known, &name));
            match nearest {
                Some(nearest) if distance(nearest, &name) <= NEAR => {
                    format!("{name} is no setting and is ignored: did you mean {nearest}?")
                }
                _ => format!("{name} is no setting and is ignored: --help lists all of them"),
            }
        })
        .collect();
    lines.sort();
    lines
}

/// Names that differ by so many letters are taken for a slip of the pen.
const NEAR: usize = 2;

/// How many letters must be changed, added or removed to make one of the other.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, letter) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for column in 0..to.len() {
            let changed = diagonal + usize::from(letter != to[column]);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::settings::Cli;

    #[test]
    fn a_wrong_name_is_told_the_right_one() {
        let names = [
            "TETHERD_TOKN",
            "TETHERD_SECRET",
            "TETHERD_TOKEN",
            "PATH",
            "TETHER_PORT",
        ];
        let lines = unknown(&Cli::command(), "TETHERD_", names.map(OsString::from));
        assert_eq!(
            lines,
            [
                "TETHERD_SECRET is no setting and is ignored: --help lists all of them",
                "TETHERD_TOKN is no setting and is ignored: did you mean TETHERD_TOKEN?",
            ]
        );
    }

    #[test]
    fn distances() {
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("same", "same"), 0);
    }
}
