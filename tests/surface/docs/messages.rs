//! Checks that the messages which the book's page of symptoms quotes are the programs' own.

use std::path::Path;

use anyhow::{Result, ensure};

use super::links::documents;
use crate::harness::root;

/// The page.
const PAGE: &str = "docs/src/troubleshooting.md";

/// The first cells of the headings of the tables that quote our messages.
const HEADINGS: [&str; 4] = ["the log says", "problem", "text", "says"];

#[test]
fn the_messages_of_the_page_of_symptoms_are_in_the_code() -> Result<()> {
    let mut code = String::new();
    sources(&root().join("crates"), &mut code)?;
    let page = documents()?.remove(Path::new(PAGE)).unwrap_or_default();
    let quoted = quoted(&page);
    ensure!(quoted.len() > 20, "{PAGE} quotes too little: {quoted:?}");
    // The names in a message differ each time.
    let missing: Vec<&str> = quoted
        .iter()
        .flat_map(|message| message.split('…').map(str::trim))
        .filter(|part| !code.contains(part))
        .collect();
    ensure!(missing.is_empty(), "not in the code: {missing:#?}");
    Ok(())
}

/// The code spans in the first column of the tables that quote messages.
fn quoted(page: &str) -> Vec<&str> {
    let mut quoted = Vec::new();
    let mut quotes = false;
    for line in page.lines() {
        let Some(row) = line.strip_prefix("| ") else {
            quotes &= line.starts_with('|');
            continue;
        };
        let first = row.split(" | ").next().unwrap_or_default();
        if HEADINGS.contains(&first) {
            quotes = true;
        } else if quotes {
            quoted.extend(first.split('`').skip(1).step_by(2));
        }
    }
    quoted
}

/// All Rust sources below a folder, with string literals that go over several lines joined.
fn sources(folder: &Path, all: &mut String) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            sources(&path, all)?;
        } else if path.extension().is_some_and(|end| end == "rs") {
            let mut joined = std::fs::read_to_string(&path)?.lines().fold(
                String::new(),
                |mut joined: String, line| {
                    if joined.ends_with('\\') {
                        joined.pop();
                        joined.push_str(line.trim_start());
                    } else {
                        joined.push('\n');
                        joined.push_str(line);
                    }
                    joined
                },
            );
            joined.push('\n');
            all.push_str(&joined);
        }
    }
    Ok(())
}
