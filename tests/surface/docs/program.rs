//! Reads the settings of the real programs from their output.

use std::collections::BTreeSet;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::harness::{Binaries, command, run};

/// One of the two programs.
#[derive(Debug, Clone, Copy)]
pub(super) enum Program {
    Hub,
    Agent,
}

impl Program {
    /// The help text of the program, or of one of its commands.
    pub(super) fn help(self, of: &[&str]) -> Result<String> {
        run(self.command()?.args(of).arg("--help"))
    }

    /// All settings while none is set, as `settings --json` lists them.
    pub(super) fn settings(self) -> Result<Vec<Value>> {
        // Without a token the hub's report is complete, and its exit code is not 0.
        let output = self.command()?.args(["settings", "--json"]).output()?;
        let report: Value = serde_json::from_slice(&output.stdout)?;
        let settings = report["settings"].as_array().context("no settings")?;
        Ok(settings.clone())
    }

    /// The variables of all settings; the hub's with those of its demo.
    pub(super) fn variables(self) -> Result<BTreeSet<String>> {
        let mut all = variables_in(&self.help(&[])?);
        if matches!(self, Self::Hub) {
            all.extend(variables_in(&self.help(&["demo"])?));
        }
        Ok(all)
    }

    fn command(self) -> Result<Command> {
        let binaries = Binaries::get()?;
        Ok(command(match self {
            Self::Hub => &binaries.tether,
            Self::Agent => &binaries.tetherd,
        }))
    }
}

/// Every `[env: NAME=]` of a help text.
pub(in crate::surface) fn variables_in(help: &str) -> BTreeSet<String> {
    // A long line is wrapped anywhere.
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let parts = help.split("[env: ").skip(1);
    let is_name = |letter: &char| letter.is_ascii_alphanumeric() || *letter == '_';
    parts
        .map(|part| part.chars().take_while(is_name).collect())
        .collect()
}

/// The entry of one flag in a help text, as one line.
pub(super) fn entry(help: &str, flag: &str) -> Option<String> {
    let lines: Vec<&str> = help.lines().map(str::trim).collect();
    // A flag may be followed by its value, which may be optional: `--flag[=<ANY>]`.
    let names = |line: &str| line.split([' ', ',', '[', '=']).any(|word| word == flag);
    let is_flag = |line: &str| line.starts_with('-');
    let first = lines.iter().position(|line| is_flag(line) && names(line))?;
    let rest = lines[first + 1..]
        .iter()
        .take_while(|line| !is_flag(line) && !line.is_empty());
    Some(
        [&lines[first]]
            .into_iter()
            .chain(rest)
            .copied()
            .collect::<Vec<_>>()
            .join(" "),
    )
}

/// The names of a program's commands, in the order of its help text.
pub(super) fn commands(help: &str) -> Vec<&str> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let lines = lines.take_while(|line| !line.is_empty());
    // Further lines of a description are indented more.
    let names = lines.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    names.filter(|name| !name.is_empty()).collect()
}
