//! What was read in, the last good content of every file out, with what is wrong now.

use std::collections::BTreeMap;

use traefik_config::references::references;
use traefik_config::{Code, Container, Element, Engine, Key, Kind, Problem, TraefikVersion, shown};

use super::content::LocalFile;
use super::parse::parse;
use super::path::LocalFilePath;
use super::read::{Reading, Unreadable};
use crate::compile::AgentRoutes;

/// How a name of Traefik's own file provider ends.
const TRAEFIKS_FILE: &str = "@file";

/// Remembers what was good.
#[derive(Debug)]
pub struct Keeper {
    place: LocalFilePath,
    version: TraefikVersion,
    last: Option<Reading>,
    files: BTreeMap<String, File>,
}

#[derive(Debug, Default)]
struct File {
    /// What it said when it was last good; none if it never was.
    good: Option<Vec<Element>>,
    problems: Vec<Problem>,
}

impl Keeper {
    /// Nothing was read yet; what is read must be for this Traefik.
    pub fn new(place: LocalFilePath, version: TraefikVersion) -> Self {
        Self {
            place,
            version,
            last: None,
            files: BTreeMap::new(),
        }
    }

    /// True if this is what was taken last.
    pub fn knows(&self, reading: &Reading) -> bool {
        self.last.as_ref() == Some(reading)
    }

    /// Takes what was read, and says what the local file comes to.
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
                        Ok(bytes) => file.take(name, bytes, self.version),
                        Err(why) => file.fail(vec![cannot_be_read(name, why)]),
                    }
                }
            }
        }
        let mut local = self.together();
        if let Err(why) = &reading {
            // What was wrong with the files may be so no more.
            local.problems = self.unreadable(why).into_iter().collect();
        }
        local.problems.sort();
        self.last = Some(reading);
        local
    }

    fn together(&self) -> LocalFile {
        let files = self.files.iter();
        let files: Vec<(&str, &[Element])> = files
            .map(|(name, file)| (name.as_str(), file.good.as_deref().unwrap_or_default()))
            .collect();
        let (engine, mut problems) = together(&files);
        let told = self.files.values().flat_map(|file| &file.problems);
        problems.extend(told.cloned());
        let elements = engine.containers.iter().map(|file| file.elements.len());
        let elements = elements.sum();
        LocalFile {
            routes: (elements > 0).then(|| AgentRoutes::of_local_file(&engine, self.version)),
            elements,
            problems,
        }
    }

    fn unreadable(&self, why: &Unreadable) -> Option<Problem> {
        let path = self.place.path.display();
        let had = self.files.values().any(|file| file.good.is_some());
        let problem = match (why, had) {
            (Unreadable::Missing, false) if !self.place.named => return None,
            (Unreadable::Missing, false) => Problem::error(
                Code::LocalFile,
                format!("{path} is not there: create it, or correct TETHER_CONFIG"),
            ),
            (Unreadable::Missing, true) => Problem::warning(
                Code::LocalFile,
                format!(
                    "{path} is gone; what it said is served until it is back: to be rid of its \
                     routes, put an empty one there"
                ),
            ),
            (Unreadable::Bad(why), false) => Problem::error(
                Code::LocalFile,
                format!("{path} cannot be used: {why}; nothing of it is served"),
            ),
            (Unreadable::Bad(why), true) => Problem::error(
                Code::LocalFile,
                format!("{path} cannot be used: {why}; what it said before is still served"),
            ),
        };
        let name = self.place.path.file_name();
        let name = name.unwrap_or(self.place.path.as_os_str());
        Some(problem.of_file(name.to_string_lossy()))
    }
}

/// All files as one: of two that define one name the first stays, as in Traefik.
pub(super) fn together<'a, E: AsRef<[Element]>>(
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
                problems.push(twice(element, other, first).of_file(name));
                continue;
            }
            known.insert(element.key(), (name, element));
            let mut element = element.clone();
            if element.kind == Kind::Certificates {
                // Of two for the same names Traefik takes the first: their order must stay.
                element.name = format!("{certificates:06}");
                certificates += 1;
            }
            container.elements.push(element);
        }
        engine.containers.push(container);
    }
    for file in &engine.containers {
        let found = file.elements.iter().flat_map(|one| misled(one, &known));
        problems.extend(found.map(|problem| problem.of_file(&file.name)));
    }
    (engine, problems)
}

/// In a file that was Traefik's own, `x@file` meant the file itself.
fn misled(element: &Element, known: &BTreeMap<Key, (&str, &Element)>) -> Vec<Problem> {
    let found = references(element.section, element.kind, &element.body).into_iter();
    let misled = found.filter_map(|reference| {
        let name = reference.name.strip_suffix(TRAEFIKS_FILE)?;
        known.get(&reference.key(name))?;
        let message = format!(
            "{} {} `{}` refers to `{}`, which is that of Traefik's own file; that of this one is \
             `{}`",
            element.section,
            element.kind.singular(),
            shown(&element.name),
            shown(&reference.name),
            shown(name),
        );
        Some(Problem::warning(Code::UnresolvedReference, message))
    });
    misled.collect()
}

impl File {
    fn take(&mut self, name: &str, bytes: &[u8], version: TraefikVersion) {
        let parsed = parse(name, bytes, version);
        if parsed.errors.is_empty() {
            self.good = Some(parsed.elements);
            self.problems = parsed.warnings;
        } else {
            self.fail(parsed.errors);
        }
    }

    fn fail(&mut self, mut problems: Vec<Problem>) {
        let so = match self.good {
            Some(_) => "; until it is corrected, what this file said before is served",
            None => "; until it is corrected, nothing of this file is served",
        };
        for problem in &mut problems {
            problem.message.push_str(so);
        }
        self.problems = problems;
    }
}

fn cannot_be_read(name: &str, why: &str) -> Problem {
    Problem::error(Code::LocalFile, format!("it cannot be read: {why}")).of_file(name)
}

fn twice(element: &Element, other: &Element, first: &str) -> Problem {
    let what = match element.kind {
        Kind::Certificates => "a certificate".to_owned(),
        kind => format!(
            "{} {} `{}`",
            element.section,
            kind.singular(),
            shown(&element.name)
        ),
    };
    let first = shown(first);
    if element.body == other.body {
        let message = format!("{what} stands in `{first}` too: remove one of them");
        return Problem::info(Code::Conflict, message);
    }
    let message = format!(
        "{what} is defined differently in `{first}`, which comes first and keeps it: give one \
         of them another name"
    );
    Problem::error(Code::Conflict, message)
}

#[cfg(test)]
mod tests;
