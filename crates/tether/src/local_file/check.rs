//! A file, a directory or a hub's own document in, everything that is wrong with it out, without
//! a hub to serve it.

use std::collections::BTreeSet;
use std::path::Path;

use traefik_config::references::{Reference, references};
use traefik_config::{Code, Element, Key, Problem, TraefikVersion, shown};

use super::keeper::together;
use super::parse::parse;
use super::read::{Unreadable, read};

/// The provider of a hub's own document.
const SHARED: &str = "http";

/// The provider of what a hub could not resolve.
const UNRESOLVED: &str = "unresolved";

/// What was found.
#[derive(Debug, Default)]
pub struct Checked {
    /// How many elements are good.
    pub elements: usize,
    /// What is wrong, each with its file.
    pub problems: Vec<Problem>,
    version: TraefikVersion,
}

/// Checks a file or a directory as a hub before this Traefik would read it.
///
/// # Errors
/// A sentence, if it cannot be read.
pub fn check_path(path: &Path, version: TraefikVersion) -> Result<Checked, String> {
    let files = read(path).map_err(|error| match error {
        Unreadable::Missing => format!("{} is not there", path.display()),
        Unreadable::Bad(why) => format!("{}: {why}", path.display()),
    })?;
    let mut checked = Checked::for_traefik(version);
    let mut good = Vec::new();
    for (name, bytes) in &files {
        let bytes = bytes.as_ref().map_err(|why| format!("{name}: {why}"))?;
        good.push((name.as_str(), checked.file(name, bytes)));
    }
    let (engine, problems) = together(&good);
    checked.problems.extend(problems);
    let elements: Vec<(&str, &Element)> = engine
        .containers
        .iter()
        .flat_map(|file| file.elements.iter().map(|one| (file.name.as_str(), one)))
        .collect();
    // What hosts share is not known here.
    checked.references(&elements, |provider| provider.is_none());
    Ok(checked)
}

/// Checks what a hub serves, in JSON, for this Traefik.
pub fn check_document(name: &str, bytes: &[u8], version: TraefikVersion) -> Checked {
    let mut checked = Checked::for_traefik(version);
    let elements = checked.file("config.json", bytes);
    let elements: Vec<(&str, &Element)> = elements.iter().map(|one| (name, one)).collect();
    let ours = [None, Some(SHARED), Some(UNRESOLVED)];
    checked.references(&elements, |provider| ours.contains(&provider));
    checked.elements = elements.len();
    for problem in &mut checked.problems {
        problem.origin.file = Some(name.to_owned());
    }
    checked
}

impl Checked {
    fn for_traefik(version: TraefikVersion) -> Self {
        Self {
            version,
            ..Self::default()
        }
    }

    fn file(&mut self, name: &str, bytes: &[u8]) -> Vec<Element> {
        let parsed = parse(name, bytes, self.version);
        self.problems.extend(parsed.errors);
        self.problems.extend(parsed.warnings);
        parsed.elements
    }

    /// Every name of these providers must be there.
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
                let found = known.contains(&key) && provider != Some(UNRESOLVED);
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
        Some(UNRESOLVED) => "the hub could not resolve: its dashboard says why".to_owned(),
        _ => format!("is not defined: define it, or write `{name}@http` for that of a host"),
    };
    Problem::error(
        Code::UnresolvedReference,
        format!(
            "{} {} `{}` refers to {} `{name}`, which {why}",
            element.section,
            element.kind.singular(),
            shown(&element.name),
            reference.kind.singular(),
        ),
    )
}
