//! README and compose files in, whether they say what the programs say of themselves out.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::harness::{Binaries, command, root, run};

#[test]
fn the_readme_lists_every_setting_and_no_other() -> Result<()> {
    let text = std::fs::read_to_string(root().join("README.md"))?;
    let table = |prefix: &str| {
        let rows = text.lines().filter_map(|line| line.strip_prefix("| `"));
        let names = rows.filter_map(|row| row.split('`').next());
        names
            .filter(|name| name.starts_with(prefix))
            .map(str::to_owned)
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(
        table("TETHER_"),
        own(hub()?, "TETHER_"),
        "README (left), tether --help (right)"
    );
    assert_eq!(
        table("TETHERD_"),
        own(agent()?, "TETHERD_"),
        "README (left), tetherd --help (right)"
    );
    assert_eq!(
        table("DOCKER_"),
        own(agent()?, "DOCKER_"),
        "README (left), tetherd --help (right)"
    );
    Ok(())
}

#[test]
fn the_readme_says_flags_and_defaults_as_the_help_does() -> Result<()> {
    let text = std::fs::read_to_string(root().join("README.md"))?;
    let rows = text
        .lines()
        .filter(|line| line.starts_with("| `TETHER") || line.starts_with("| `DOCKER"));
    for row in rows {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, name, flag, default, ..] = cells[..] else {
            anyhow::bail!("a row of another shape: {row}");
        };
        let (name, flag, default) = (
            name.trim_matches('`'),
            flag.trim_matches('`'),
            default.trim_matches('`'),
        );
        let (program, flag) = match flag.strip_prefix("demo ") {
            Some(flag) => (help(Program::Hub, &["demo"])?, flag),
            None if name.starts_with("TETHER_") => (help(Program::Hub, &[])?, flag),
            None => (help(Program::Agent, &[])?, flag),
        };
        let entry = entry(&program, flag).with_context(|| format!("no {flag} in --help"))?;
        ensure!(
            entry.contains(&format!("[env: {name}")),
            "{flag} is not {name}: {entry}"
        );
        if let Some((_, rest)) = entry.split_once("[default: ") {
            let own = rest.split(']').next().unwrap_or_default();
            ensure!(
                own.trim_matches('"') == default,
                "{name}: the README says `{default}`, the help `{own}`"
            );
        }
    }
    Ok(())
}

#[test]
fn compose_files_use_settings_that_exist() -> Result<()> {
    let known: BTreeSet<String> = hub()?.union(&agent()?).cloned().collect();
    let mut seen = 0;
    for entry in std::fs::read_dir(root().join("docker"))? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "yml") {
            continue;
        }
        let file: Value = serde_yaml_ng::from_str(&std::fs::read_to_string(&path)?)
            .with_context(|| path.display().to_string())?;
        let services = file["services"].as_object().context("no services")?;
        for (service, settings) in services {
            ensure!(settings["image"].is_string(), "{service} has no image");
            for name in environment(&settings["environment"]) {
                let ours = name.starts_with("TETHER") || name.starts_with("DOCKER");
                ensure!(
                    !ours || known.contains(&name),
                    "{}: {name} is no setting",
                    path.display()
                );
                seen += usize::from(ours);
            }
        }
    }
    ensure!(seen > 0, "no compose file has a setting");
    Ok(())
}

#[test]
fn every_make_target_has_its_line_of_help() -> Result<()> {
    let text = std::fs::read_to_string(root().join("Makefile"))?;
    let list = text
        .lines()
        .find_map(|line| line.strip_prefix(".PHONY: "))
        .context("no .PHONY")?;
    let help = run(command("make").arg("help").current_dir(root()))?;
    // What only others call has none.
    for target in list
        .split_whitespace()
        .filter(|target| *target != "packages")
    {
        ensure!(
            help.contains(&format!("make {target} ")),
            "{target} is not in `make help`"
        );
    }
    Ok(())
}

/// The environment of a service, as a list or as a map.
fn environment(value: &Value) -> Vec<String> {
    let name = |line: &str| line.split('=').next().unwrap_or(line).to_owned();
    match value {
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).map(name).collect(),
        Value::Object(map) => map.keys().cloned().collect(),
        _ => Vec::new(),
    }
}

#[derive(Debug, Clone, Copy)]
enum Program {
    Hub,
    Agent,
}

fn hub() -> Result<BTreeSet<String>> {
    let mut all = variables(&help(Program::Hub, &[])?);
    all.extend(variables(&help(Program::Hub, &["demo"])?));
    Ok(all)
}

fn agent() -> Result<BTreeSet<String>> {
    Ok(variables(&help(Program::Agent, &[])?))
}

fn own(all: BTreeSet<String>, prefix: &str) -> BTreeSet<String> {
    all.into_iter()
        .filter(|name| name.starts_with(prefix))
        .collect()
}

fn help(program: Program, arguments: &[&str]) -> Result<String> {
    let binaries = Binaries::get()?;
    let program = match program {
        Program::Hub => &binaries.tether,
        Program::Agent => &binaries.tetherd,
    };
    run(command(program).args(arguments).arg("--help"))
}

/// Every `[env: NAME=]` of a help text.
fn variables(help: &str) -> BTreeSet<String> {
    // A long line is wrapped anywhere.
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let parts = help.split("[env: ").skip(1);
    let is_name = |letter: &char| letter.is_ascii_alphanumeric() || *letter == '_';
    parts
        .map(|part| part.chars().take_while(is_name).collect())
        .collect()
}

/// What a help text says of one flag, in one line.
fn entry(help: &str, flag: &str) -> Option<String> {
    let lines: Vec<&str> = help.lines().map(str::trim).collect();
    // A flag may be followed by its value, which may be optional: `--flag[=<ANY>]`.
    let names = |line: &str| line.split([' ', ',', '[', '=']).any(|word| word == flag);
    let is_flag = |line: &str| line.starts_with('-');
    let first = lines.iter().position(|line| is_flag(line) && names(line))?;
    let rest = lines[first + 1..].iter().take_while(|line| !is_flag(line));
    Some(
        [&lines[first]]
            .into_iter()
            .chain(rest)
            .copied()
            .collect::<Vec<_>>()
            .join(" "),
    )
}
