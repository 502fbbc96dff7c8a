//! Makes the book's pages of settings from the programs' own output, and compares them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::page::{cell, code, expect};
use super::program::{Program, commands, entry, variables_in};
use crate::harness::root;

/// The rules for the settings of both programs.
const INTRODUCTION: &str = "\
Every setting is a flag and an environment variable; if both are set, the flag counts.
A variable that is set but empty counts as not set.
Yes-or-no flags take `1`, `true`, `yes`, `on` or their opposites as the value of their variable.
Times are written `90s`, `10m` or `24h`; lists have commas between.
";

#[test]
fn the_book_has_every_setting_of_the_hub() -> Result<()> {
    let page = page(
        Program::Hub,
        "tether",
        "Settings of the hub",
        "Of each token and its `_FILE` twin, set one. [Security](security.md#tokens) says what \
         each opens.\nWith `--docker` the [agent's settings](settings-tetherd.md) apply to the \
         hub's own machine, those of the group *Hub* aside.\n",
    )?;
    expect("settings-tether.md", &page)
}

#[test]
fn the_book_has_every_setting_of_the_agent() -> Result<()> {
    let page = page(
        Program::Agent,
        "tetherd",
        "Settings of the agent",
        "[Addresses and ports](addresses.md) and [Engines](engines.md) explain the groups *Host* \
         and *Docker*.\n",
    )?;
    expect("settings-tetherd.md", &page)
}

#[test]
fn the_book_lists_every_setting_and_no_other() -> Result<()> {
    for (program, page) in [
        (Program::Hub, "settings-tether.md"),
        (Program::Agent, "settings-tetherd.md"),
    ] {
        let text = std::fs::read_to_string(root().join("docs/src").join(page))?;
        let listed: BTreeSet<String> = rows(&text).map(|row| row[0].clone()).collect();
        let own = variables_in(&program.help(&[])?);
        assert_eq!(listed, own, "{page} (left), --help (right)");
    }
    Ok(())
}

#[test]
fn the_book_has_flags_and_defaults_as_the_help_does() -> Result<()> {
    for (program, page) in [
        (Program::Hub, "settings-tether.md"),
        (Program::Agent, "settings-tetherd.md"),
    ] {
        let text = std::fs::read_to_string(root().join("docs/src").join(page))?;
        let help = program.help(&[])?;
        for [name, flag, default] in rows(&text) {
            let entry = entry(&help, &flag).with_context(|| format!("no {flag} in --help"))?;
            ensure!(
                entry.contains(&format!("[env: {name}")),
                "{flag} is not {name}: {entry}"
            );
            if let Some((_, rest)) = entry.split_once("[default: ") {
                let own = rest.split(']').next().unwrap_or_default();
                ensure!(
                    own.trim_matches('"') == default,
                    "{name}: the book says `{default}`, the help `{own}`"
                );
            }
        }
    }
    Ok(())
}

/// Variable, flag and default of each row of settings.
fn rows(page: &str) -> impl Iterator<Item = [String; 3]> {
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.filter_map(|row| {
        let mut cells = row
            .split(" | ")
            .map(|cell| cell.trim_matches('`').to_owned());
        Some([cells.next()?, cells.next()?, cells.next()?])
    })
}

fn page(program: Program, name: &str, title: &str, more: &str) -> Result<String> {
    let help = program.help(&[])?;
    let mut page = format!(
        "# {title}\n\n{INTRODUCTION}`{name} settings` prints the settings in force and where each \
         comes from.\n{more}"
    );
    for (group, settings) in groups(&program.settings()?)? {
        let head = "| variable | flag | default | what it does |\n|---|---|---|---|";
        write!(page, "\n## {group}\n\n{head}\n")?;
        for setting in settings {
            row(&mut page, setting, &help)?;
        }
    }
    page.push_str(
        "\n## Commands\n\nWithout a command the program runs. Every command has a `--help`.\n",
    );
    for command in commands(&help) {
        if command == "help" || command == "demo" {
            continue;
        }
        let text = program.help(&[command])?;
        write!(
            page,
            "\n### `{name} {command}`\n\n```text\n{}\n```\n",
            own_part(&text)
        )?;
    }
    Ok(page)
}

/// The settings of each group, in the order of the help text.
fn groups(settings: &[Value]) -> Result<Vec<(&str, Vec<&Value>)>> {
    let mut groups: Vec<(&str, Vec<&Value>)> = Vec::new();
    for setting in settings {
        let name = setting["group"].as_str().context("no group")?;
        match groups.iter_mut().find(|(group, _)| *group == name) {
            Some((_, members)) => members.push(setting),
            None => groups.push((name, vec![setting])),
        }
    }
    Ok(groups)
}

fn row(page: &mut String, setting: &Value, help: &str) -> Result<()> {
    let flag = setting["flag"].as_str().context("no flag")?;
    let variable = setting["variable"].as_str().context("no variable")?;
    let entry = entry(help, flag).with_context(|| format!("no {flag} in --help"))?;
    let default = match (&setting["value"], setting["when_unset"].as_str()) {
        (Value::Null, None) => String::new(),
        (Value::Null, Some(instead)) => cell(instead),
        (value, _) => code(&plain(value)),
    };
    let (variable, flag) = (code(variable), code(flag));
    let what = cell(&with_code(description(&entry)?));
    writeln!(page, "| {variable} | {flag} | {default} | {what} |")?;
    Ok(())
}

/// The words of an entry between the flag with its value and the first bracket behind them.
fn description(entry: &str) -> Result<&str> {
    let end = entry.find("[env: ").context("no variable")?;
    let words = &entry[..end];
    // Flag and value are words that begin with a dash or a bracket.
    let is_flag = |word: &str| word.starts_with(['-', '<', '[']) || word.is_empty();
    let mut start = 0;
    for word in words.split_inclusive(' ') {
        if !is_flag(word.trim()) {
            break;
        }
        start += word.len();
    }
    Ok(words[start..].trim())
}

/// Flags and variables as code.
fn with_code(text: &str) -> String {
    let words = text.split(' ').map(|word| {
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
        let name = word.trim_matches(|letter| !is_name(letter));
        let is_flag = name.strip_prefix("--").is_some_and(|rest| !rest.is_empty());
        let is_variable = name.contains('_') && name == name.to_ascii_uppercase();
        if (is_flag || is_variable) && !word.contains('`') {
            word.replace(name, &format!("`{name}`"))
        } else {
            word.to_owned()
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

/// The part of a command's help that is its own: the program's settings are above.
fn own_part(help: &str) -> &str {
    let shared = ["\n\nAccess:\n", "\n\nHub:\n"];
    let ends = shared.iter().filter_map(|heading| help.find(heading));
    ends.min().map_or(help, |end| &help[..end])
}
