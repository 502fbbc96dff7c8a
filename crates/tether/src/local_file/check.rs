//! Checks a file, a directory or a served document without running a hub.

use std::collections::BTreeSet;
use std::path::Path;

use traefik_config::references::{Reference, references};
use traefik_config::{Code, Element, Key, Problem, TraefikVersion, shown};

use super::keeper::combine;
use super::parse::parse;
use super::read::{Unreadable, read};
use super::templates::Templates;

/// The provider of a hub's own document.
const SHARED_PROVIDER: &str = "http";

/// The provider in references that a hub could not resolve.
const UNRESOLVED_PROVIDER: &str = "unresolved";

/// The result of a check.
#[derive(Debug, Default)]
pub struct CheckReport {
    /// The number of good elements.
    pub elements: usize,
    /// The problems, each with its file.
    pub problems: Vec<Problem>,
    version: TraefikVersion,
}

/// Checks a file or a directory as a hub would, for this version of Traefik.
///
/// # Errors
/// A sentence, if it cannot be read.
pub fn check_path(
    path: &Path,
    templates: &Templates,
    version: TraefikVersion,
) -> Result<CheckReport, String> {
    let files = read(path).map_err(|error| match error {
        Unreadable::Missing => format!("{} does not exist", path.display()),
        Unreadable::Bad(why) => format!("{}: {why}", path.display()),
    })?;
    let mut report = CheckReport::for_traefik(version);
    let mut good = Vec::new();
    for (name, bytes) in &files {
        let bytes = bytes.as_ref().map_err(|why| format!("{name}: {why}"))?;
        good.push((name.as_str(), report.file(name, bytes, Some(templates))));
    }
    let (engine, problems) = combine(&good);
    report.problems.extend(problems);
    let elements: Vec<(&str, &Element)> = engine
        .containers
        .iter()
        .flat_map(|file| file.elements.iter().map(|one| (file.name.as_str(), one)))
        .collect();
    // Elements that hosts share are not known here.
    report.references(&elements, |provider| provider.is_none());
    Ok(report)
}

/// Checks a document that a hub serves, in JSON, for this version of Traefik.
pub fn check_document(name: &str, bytes: &[u8], version: TraefikVersion) -> CheckReport {
    let mut report = CheckReport::for_traefik(version);
    let elements = report.file("config.json", bytes, None);
    let named: Vec<(&str, &Element)> = elements.iter().map(|one| (name, one)).collect();
    let ours = [None, Some(SHARED_PROVIDER), Some(UNRESOLVED_PROVIDER)];
    report.references(&named, |provider| ours.contains(&provider));
    report.elements = elements.len();
    for problem in &mut report.problems {
        problem.origin.file = Some(name.to_owned());
    }
    report
}

impl CheckReport {
    fn for_traefik(version: TraefikVersion) -> Self {
        Self {
            version,
            ..Self::default()
        }
    }

    fn file(&mut self, name: &str, bytes: &[u8], templates: Option<&Templates>) -> Vec<Element> {
        let parsed = parse(name, bytes, templates, self.version);
        self.problems.extend(parsed.errors);
        self.problems.extend(parsed.warnings);
        parsed.elements
    }

    /// Reports references to elements of these providers that are not defined.
    fn references(&mut self, elements: &[(&str, &Element)], ours: impl Fn(Option<&str>) -> bool) {
        self.elements = elements.len();
        let known: BTreeSet<Key> = elements.iter().map(|(_, element)| element.key()).collect();
        for (file, element) in elements {
            for reference in references(element.section, element.kind, &element.body) {
                let (name, provider) = match reference.name.rsplit_once('@') {
                    Some((name, provider)) => (name, Some(provider)),
                    None => (&*reference.name, None),
                };
                let key = reference.key(name);
                let global = provider.is_none() && traefik_config::is_global(&key);
                let found = known.contains(&key) && provider != Some(UNRESOLVED_PROVIDER);
                if ours(provider) && !global && !found {
                    let problem = unresolved(element, &reference, name, provider);
                    self.problems.push(problem.of_file(*file));
                }
            }
        }
    }
}

fn unresolved(
    element: &Element,
    reference: &Reference,
    name: &str,
    provider: Option<&str>,
) -> Problem {
    let name = shown(name);
    let why = match provider {
        Some(UNRESOLVED_PROVIDER) => "the hub could not resolve: see its dashboard".to_owned(),
        _ => format!("is not defined: define it, or write `{name}@AGENT` for the one of a host"),
    };
    Problem::error(
        Code::UnresolvedReference,
        format!(
            "{} refers to {} `{name}`, which {why}",
            element.key(),
            reference.kind.singular(),
        ),
    )
}
