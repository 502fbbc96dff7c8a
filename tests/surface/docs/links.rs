//! Checks the links of the Markdown documents: files, headings and images exist, and the book
//! has every page in its summary.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::harness::root;

/// The book's table of contents.
const SUMMARY: &str = "docs/src/SUMMARY.md";

#[test]
fn every_link_of_the_documents_leads_somewhere() -> Result<()> {
    let documents = documents()?;
    let mut wrong = Vec::new();
    for (path, text) in &documents {
        for link in links(text) {
            if let Some(why) = fault(path, &link, &documents) {
                wrong.push(format!("{}: {link} {why}", path.display()));
            }
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

#[test]
fn every_page_of_the_book_is_in_its_summary() -> Result<()> {
    let documents = documents()?;
    let summary = documents.get(Path::new(SUMMARY)).context("no summary")?;
    let listed: BTreeSet<PathBuf> = links(summary)
        .iter()
        .map(|link| normal(&Path::new("docs/src").join(link)))
        .collect();
    let pages: BTreeSet<PathBuf> = documents
        .keys()
        .filter(|path| path.starts_with("docs/src") && *path != Path::new(SUMMARY))
        .cloned()
        .collect();
    assert_eq!(listed, pages, "the summary (left), the pages (right)");
    Ok(())
}

/// The documents at the root and those of the book, by their path from the root.
pub(super) fn documents() -> Result<BTreeMap<PathBuf, String>> {
    let mut all = BTreeMap::new();
    for (folder, deep) in [("", false), ("docs", true), (".github", true)] {
        collect(Path::new(folder), deep, &mut all)?;
    }
    Ok(all)
}

fn collect(folder: &Path, deep: bool, all: &mut BTreeMap<PathBuf, String>) -> Result<()> {
    let Ok(entries) = std::fs::read_dir(root().join(folder)) else {
        return Ok(());
    };
    for entry in entries {
        let entry = entry?;
        let path = folder.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            if deep {
                collect(&path, deep, all)?;
            }
        } else if path.extension().is_some_and(|end| end == "md") {
            all.insert(path, std::fs::read_to_string(entry.path())?);
        }
    }
    Ok(())
}

/// Why a link leads nowhere; none if it does not, or leads out of the repository.
fn fault(from: &Path, link: &str, documents: &BTreeMap<PathBuf, String>) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (file, heading) = link.split_once('#').unwrap_or((link, ""));
    let folder = from.parent().unwrap_or(Path::new(""));
    let path = match file {
        "" => from.to_owned(),
        file => normal(&folder.join(file)),
    };
    if from.starts_with("docs/src") && !path.starts_with("docs/src") {
        return Some("leads out of the book: name the file instead".to_owned());
    }
    if !root().join(&path).exists() {
        return Some("is not there".to_owned());
    }
    if heading.is_empty() {
        return None;
    }
    let anchors = documents.get(&path).map(|text| anchors(text));
    let found = anchors.is_some_and(|anchors| anchors.contains(heading));
    (!found).then(|| format!("has no heading #{heading}"))
}

/// The path without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                normal.pop();
            }
            Component::CurDir => {}
            part => normal.push(part),
        }
    }
    normal
}

/// The targets of all `[text](target)` outside of code.
fn links(text: &str) -> Vec<String> {
    let mut links = Vec::new();
    for line in prose(text) {
        let line = without_code(line);
        for part in line.split("](").skip(1) {
            let target = part.split(')').next().unwrap_or_default();
            if !target.is_empty() {
                links.push(target.to_owned());
            }
        }
    }
    links
}

/// The anchors of all headings, as mdBook and GitHub make them.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = prose(text).filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let title = line.trim_start_matches('#').trim();
            let kept = title.chars().filter_map(|letter| match letter {
                ' ' => Some('-'),
                '-' | '_' => Some(letter),
                letter if letter.is_alphanumeric() => Some(letter.to_ascii_lowercase()),
                _ => None,
            });
            kept.collect()
        })
        .collect()
}

/// The lines outside of code blocks.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut code = false;
    text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        code ^= fence;
        !code && !fence
    })
}

/// A line without its code spans.
fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect()
}
