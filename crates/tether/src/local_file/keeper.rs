//! Keeps the last good content of every file.

use std::collections::BTreeMap;

use tether_proto::{Container, Engine};
use traefik_config::{Code, Element, Key, Kind, Problem, TraefikVersion, shown};

use super::content::LocalFile;
use super::parse::parse;
use super::path::LocalFilePath;
use super::read::{Reading, Unreadable};
use super::templates::Templates;
use crate::compile::AgentRoutes;

/// The last good content of the local file.
#[derive(Debug)]
pub struct Keeper {
    location: LocalFilePath,
    templates: Templates,
    version: TraefikVersion,
    last: Option<Reading>,
    files: BTreeMap<String, File>,
}

#[derive(Debug, Default)]
struct File {
    /// The elements when the file was last good; none if it never was.
    good: Option<Vec<Element>>,
    problems: Vec<Problem>,
}

impl Keeper {
    /// A keeper for this path and version of Traefik that has read nothing.
    pub fn new(location: LocalFilePath, templates: Templates, version: TraefikVersion) -> Self {
        Self {
            location,
            templates,
            version,
            last: None,
            files: BTreeMap::new(),
        }
    }

    /// True if this is equal to the last reading.
    pub fn knows(&self, reading: &Reading) -> bool {
        self.last.as_ref() == Some(reading)
    }

    /// Takes a reading and returns the resulting content.
    pub fn take(&mut self, reading: Reading) -> LocalFile {
        if let Ok(files) = &reading {
            let before = match &self.last {
                Some(Ok(before)) => Some(before),
                _ => None,
            };
            self.files.retain(|name, _| files.contains_key(name));
            for (name, read) in files {
                if before.and_then(|before| before.get(name)) != Some(read) {
                    let file = self.files.entry(name.clone()).or_default();
                    match read {
                        Ok(bytes) => file.take(name, bytes, &self.templates, self.version),
                        Err(why) => file.fail(vec![cannot_be_read(name, why)]),
                    }
                }
            }
        }
        let mut local = self.combine();
        if let Err(why) = &reading {
            // The problems of the files may be outdated.
            local.problems = self.unreadable(why).into_iter().collect();
        }
        local.problems.sort();
        self.last = Some(reading);
        local
    }

    fn combine(&self) -> LocalFile {
        let files: Vec<(&str, &[Element])> = self
            .files
            .iter()
            .map(|(name, file)| (name.as_str(), file.good.as_deref().unwrap_or_default()))
            .collect();
        let (engine, mut problems) = combine(&files);
        for file in self.files.values() {
            problems.extend_from_slice(&file.problems);
        }
        let sizes = engine.containers.iter().map(|file| file.elements.len());
        let elements = sizes.sum();
        LocalFile {
            routes: (elements > 0).then(|| AgentRoutes::of_local_file(&engine, self.version)),
            elements,
            problems,
        }
    }

    fn unreadable(&self, why: &Unreadable) -> Option<Problem> {
        let path = self.location.path.display();
        let had = self.files.values().any(|file| file.good.is_some());
        let problem = match (why, had) {
            (Unreadable::Missing, false) if !self.location.named => return None,
            (Unreadable::Missing, false) => Problem::error(
                Code::LocalFile,
                format!("{path} does not exist: create it, or correct TETHER_CONFIG"),
            ),
            (Unreadable::Missing, true) => Problem::warning(
                Code::LocalFile,
                format!(
                    "{path} is gone; its last good content is served until it is back; to remove \
                     its routes, put an empty file there"
                ),
            ),
            (Unreadable::Bad(why), false) => Problem::error(
                Code::LocalFile,
                format!("{path} cannot be used: {why}; nothing of it is served"),
            ),
            (Unreadable::Bad(why), true) => Problem::error(
                Code::LocalFile,
                format!("{path} cannot be used: {why}; its last good content is still served"),
            ),
        };
        let path = &self.location.path;
        let name = path.file_name().unwrap_or(path.as_os_str());
        Some(problem.of_file(name.to_string_lossy()))
    }
}

/// Combines all files. If two define one name the first one stays, as in Traefik.
pub(super) fn combine<'a, E: AsRef<[Element]>>(
    files: &'a [(&'a str, E)],
) -> (Engine, Vec<Problem>) {
    let mut files: Vec<(&str, &[Element])> = files
        .iter()
        .map(|(name, elements)| (*name, elements.as_ref()))
        .collect();
    // Traefik reads a directory entry by entry.
    files.sort_by_key(|(name, _)| name.split('/').collect::<Vec<_>>());
    let mut known: BTreeMap<Key, (&str, &Element)> = BTreeMap::new();
    let mut certificates = 0;
    let mut engine = Engine::default();
    let mut problems = Vec::new();
    for (name, elements) in files {
        let mut container = Container {
            id: name.to_owned(),
            name: name.to_owned(),
            ..Container::default()
        };
        for element in elements {
            if let Some((first, other)) = known.get(&element.key()) {
                problems.push(duplicate(element, other, first).of_file(name));
                continue;
            }
            known.insert(element.key(), (name, element));
            let mut element = element.clone();
            if element.kind == Kind::Certificates {
                // Of two certificates for one name Traefik uses the first, so their order matters.
                element.name = format!("{certificates:06}");
                certificates += 1;
            }
            container.elements.push(element);
        }
        engine.containers.push(container);
    }
    (engine, problems)
}

impl File {
    fn take(&mut self, name: &str, bytes: &[u8], templates: &Templates, version: TraefikVersion) {
        let parsed = parse(name, bytes, Some(templates), version);
        if parsed.errors.is_empty() {
            self.good = Some(parsed.elements);
            self.problems = parsed.warnings;
        } else {
            self.fail(parsed.errors);
        }
    }

    fn fail(&mut self, mut problems: Vec<Problem>) {
        let consequence = match self.good {
            Some(_) => "; until this is corrected, the file's last good content is served",
            None => "; until this is corrected, nothing of this file is served",
        };
        for problem in &mut problems {
            problem.message.push_str(consequence);
        }
        self.problems = problems;
    }
}

fn cannot_be_read(name: &str, why: &str) -> Problem {
    Problem::error(Code::LocalFile, format!("the file cannot be read: {why}")).of_file(name)
}

fn duplicate(element: &Element, other: &Element, first: &str) -> Problem {
    let what = match element.kind {
        Kind::Certificates => "a certificate".to_owned(),
        _ => element.key().to_string(),
    };
    let first = shown(first);
    if element.body == other.body {
        let message = format!("{what} is in `{first}` too: remove one of them");
        return Problem::info(Code::Conflict, message);
    }
    let message = format!(
        "{what} is defined differently in `{first}`, which takes precedence: rename one of them"
    );
    Problem::error(Code::Conflict, message)
}

#[cfg(test)]
mod tests;
