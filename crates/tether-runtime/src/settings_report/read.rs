//! Reads the settings from what clap parsed.

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::Value;

use super::format::Formats;
use super::report::{Report, Setting, Source};

/// Shown as the value of a secret.
const SET: &str = "set";

/// The settings in `command`, as parsed into `matches`. The command must not have arguments of
/// any other kind. A setting whose variable's value is hidden counts as a secret. A list of such
/// values is one of URLs, which are shown without their passwords.
pub fn read(
    program: &'static str,
    command: &Command,
    matches: &ArgMatches,
    formats: &Formats,
) -> Report {
    let arguments = command.get_arguments();
    Report {
        program,
        settings: arguments
            .map(|argument| setting(command, argument, matches, formats))
            .collect(),
        agent: None,
    }
}

fn setting(command: &Command, argument: &Arg, matches: &ArgMatches, formats: &Formats) -> Setting {
    let id = argument.get_id().as_str();
    let flag = format!("--{}", argument.get_long().unwrap_or(id));
    let variable = argument
        .get_env()
        .map(|name| name.to_string_lossy().into_owned());
    let mut source = match matches.value_source(id) {
        Some(ValueSource::CommandLine) => Source::Flag(flag.clone()),
        Some(ValueSource::EnvVariable) => Source::Variable(variable.clone().unwrap_or_default()),
        Some(ValueSource::DefaultValue) => Source::Default,
        _ => Source::Unset,
    };
    let is_secret = argument.is_hide_env_values_set() && !is_list(argument);
    if is_secret && source == Source::Unset {
        let mut arguments = command.get_arguments();
        let file = arguments.find(|other| is_file_of(other, argument));
        let path = file.map(|file| formats.values(matches, file.get_id().as_str()));
        if let Some(Value::String(path)) = path.into_iter().flatten().next() {
            source = Source::File(path);
        }
    }
    let value = if source == Source::Unset {
        Value::Null
    } else if is_secret {
        SET.into()
    } else {
        let values = formats.values(matches, id);
        if is_list(argument) {
            values.into()
        } else {
            values.into_iter().next().unwrap_or_default()
        }
    };
    Setting {
        flag,
        variable,
        group: argument.get_help_heading().unwrap_or("Options").to_owned(),
        value,
        source,
        when_unset: None,
    }
}

/// True for `--token-file` of `--token`.
fn is_file_of(file: &Arg, secret: &Arg) -> bool {
    let name = file.get_long().and_then(|flag| flag.strip_suffix("-file"));
    name.is_some() && name == secret.get_long()
}

fn is_list(argument: &Arg) -> bool {
    let many = matches!(argument.get_action(), ArgAction::Append);
    many || argument.get_value_delimiter().is_some()
}
