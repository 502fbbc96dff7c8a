//! Checks the examples in README and book: YAML parses, compose files and shell commands set
//! variables that exist, and Traefik configuration passes `tether check`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::links::documents;
use super::program::Program;
use super::{environment, is_ours};
use crate::harness::{Binaries, command, run};

/// A variable that the book warns of because it is not a setting.
const NO_SETTING: &str = "TETHER_SECRET";

#[test]
fn every_yaml_example_parses_and_sets_what_exists() -> Result<()> {
    let known = known()?;
    let mut seen = 0;
    for (path, block) in blocks("yaml")? {
        let value: Value = serde_yaml_ng::from_str(&block)
            .with_context(|| format!("{}:\n{block}", path.display()))?;
        let services = value["services"].as_object();
        for (service, settings) in services.into_iter().flatten() {
            for name in environment(&settings["environment"]) {
                ensure!(
                    !is_ours(&name) || known.contains(&name),
                    "{}: {service} sets {name}, which is no setting",
                    path.display()
                );
                seen += usize::from(is_ours(&name));
            }
        }
    }
    ensure!(seen > 0, "no example has a setting");
    Ok(())
}

#[test]
fn every_variable_that_is_named_exists() -> Result<()> {
    let known = known()?;
    for (path, text) in book()? {
        let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        for word in words.filter(|word| word.starts_with("TETHER") && word.contains('_')) {
            // `TETHER_…` stands for any of them.
            let is_whole = !word.ends_with('_');
            ensure!(
                !is_whole || known.contains(word) || word == NO_SETTING,
                "{}: {word} is no setting",
                path.display()
            );
        }
    }
    Ok(())
}

#[test]
fn every_example_of_a_local_file_is_good() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("dynamic.yml");
    let mut seen = 0;
    for (path, block) in blocks("yaml")? {
        let value: Value = serde_yaml_ng::from_str(&block)?;
        if value["http"].is_null() {
            continue;
        }
        std::fs::write(&file, &block)?;
        let mut check = command(&Binaries::get()?.tether);
        run(check.arg("check").arg(&file)).with_context(|| path.display().to_string())?;
        seen += 1;
    }
    ensure!(seen > 0, "there is no example of a local file");
    Ok(())
}

fn known() -> Result<BTreeSet<String>> {
    let mut known = Program::Hub.variables()?;
    known.extend(Program::Agent.variables()?);
    Ok(known)
}

/// README, security policy and the pages of the book.
fn book() -> Result<impl Iterator<Item = (PathBuf, String)>> {
    let ours = ["README.md", "SECURITY.md"];
    let is_ours = move |path: &Path| {
        path.starts_with("docs/src") || ours.iter().any(|own| path == Path::new(own))
    };
    Ok(documents()?
        .into_iter()
        .filter(move |(path, _)| is_ours(path)))
}

/// Every code block of this language, with its document.
fn blocks(language: &str) -> Result<Vec<(PathBuf, String)>> {
    let mut blocks = Vec::new();
    for (path, text) in book()? {
        let mut parts = text.split("```");
        // Prose and code take turns.
        while let (Some(_), Some(code)) = (parts.next(), parts.next()) {
            if let Some((first, block)) = code.split_once('\n')
                && first == language
            {
                blocks.push((path.clone(), block.to_owned()));
            }
        }
    }
    ensure!(!blocks.is_empty(), "no example in {language}");
    Ok(blocks)
}
