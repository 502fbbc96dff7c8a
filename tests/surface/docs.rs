//! Checks the documents against the programs and files that they describe.

mod links;
mod messages;
mod page;
mod problems;
mod program;
mod settings;
mod snippets;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::harness::{command, root, run};
use program::Program;
pub(super) use program::variables_in;

#[test]
fn compose_files_use_settings_that_exist() -> Result<()> {
    let mut known = Program::Hub.variables()?;
    known.extend(Program::Agent.variables()?);
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
                let ours = is_ours(&name);
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
    // Targets that only other targets call have none.
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

/// True for a variable that only our programs read.
fn is_ours(name: &str) -> bool {
    name.starts_with("TETHER") || name.starts_with("DOCKER")
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
