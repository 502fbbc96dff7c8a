//! Turns the values of one file into elements in canonical form.
//!
//! A file is good as a whole or not at all: without a misspelled router, its requests would fall
//! through to another, perhaps an open one.

use std::borrow::Cow;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use tether_runtime::hex;
use traefik_config::engine::admissible_for;
use traefik_config::middleware_problems;
use traefik_config::rule::{check, wildcard_problem};
use traefik_config::{Code, Element, Kind, Problem, Section, TraefikVersion, shown};

use super::format::values;
use super::templates::Templates;

/// The most problems that are reported for one file.
const PROBLEMS_LIMIT: usize = 50;

/// The length of the digest that identifies a certificate.
const DIGEST_BYTES: usize = 8;

/// The kinds that Traefik reads in each section.
const KINDS: [(Section, &[Kind]); 4] = [
    (Section::Http, &ROUTED),
    (Section::Tcp, &ROUTED),
    (Section::Udp, &[Kind::Routers, Kind::Services]),
    (
        Section::Tls,
        &[Kind::Certificates, Kind::Options, Kind::Stores],
    ),
];

const ROUTED: [Kind; 4] = [
    Kind::Routers,
    Kind::Services,
    Kind::Middlewares,
    Kind::ServersTransports,
];

/// Sections of the static configuration. Users do not expect them to be ignored.
const STATIC_SECTIONS: [&str; 12] = [
    "accesslog",
    "api",
    "certificatesresolvers",
    "core",
    "entrypoints",
    "experimental",
    "global",
    "log",
    "metrics",
    "ping",
    "providers",
    "tracing",
];

/// The content of one file.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    /// The elements. They must not be used if there are errors.
    pub(super) elements: Vec<Element>,
    /// Errors, which make the file unusable.
    pub(super) errors: Vec<Problem>,
    /// Warnings, about what is ignored or may not be meant.
    pub(super) warnings: Vec<Problem>,
    version: TraefikVersion,
}

/// Parses one file. The name determines the format and is the origin of all problems. Templates are
/// evaluated if there is an environment for them.
pub(super) fn parse(
    name: &str,
    bytes: &[u8],
    templates: Option<&Templates>,
    version: TraefikVersion,
) -> Parsed {
    let mut parsed = Parsed {
        version,
        ..Parsed::default()
    };
    match evaluated(name, bytes, templates) {
        Ok(bytes) => match values(name, &bytes) {
            Ok(values) => parsed.document(&values),
            Err(error) => {
                let hint = match bytes {
                    Cow::Owned(_) => ", as its templates make it",
                    Cow::Borrowed(_) => "",
                };
                parsed.fail(&format!("{error}{hint}"));
            }
        },
        Err(why) => parsed.fail(&format!("its Go template {why}")),
    }
    let errors = parsed.errors.len();
    if errors > PROBLEMS_LIMIT {
        parsed.errors.truncate(PROBLEMS_LIMIT);
        let more = errors - PROBLEMS_LIMIT;
        parsed.fail(&format!("there are {more} more errors"));
    }
    parsed.warnings.truncate(PROBLEMS_LIMIT);
    for problem in parsed.errors.iter_mut().chain(&mut parsed.warnings) {
        problem.origin.file = Some(name.to_owned());
    }
    parsed
}

impl Parsed {
    fn document(&mut self, document: &Value) {
        let Some(document) = self.members("it", document) else {
            return;
        };
        for (name, section) in document {
            let known = KINDS.iter().find(|(one, _)| is(name, one.as_str()));
            match known {
                Some((is, kinds)) => self.section(*is, kinds, section),
                None => self.unknown(name),
            }
        }
    }

    /// Like Traefik, ignores unknown names at the root. Names with `x-` are for anchors.
    fn unknown(&mut self, name: &str) {
        let (plain, folded) = (shown(name), name.to_lowercase());
        if STATIC_SECTIONS.contains(&folded.as_str()) {
            self.warn(&format!(
                "`{plain}` is ignored: it belongs to Traefik's static configuration"
            ));
        } else if !folded.starts_with("x-") && !folded.starts_with('.') {
            self.warn(&format!(
                "`{plain}` is ignored: Traefik knows http, tcp, udp and tls here"
            ));
        }
    }

    fn section(&mut self, section: Section, kinds: &[Kind], value: &Value) {
        let Some(parts) = self.members(section.as_str(), value) else {
            return;
        };
        for (name, part) in parts {
            let kind = kinds.iter().find(|kind| is(name, kind.as_str()));
            match kind {
                Some(Kind::Certificates) => self.certificates(part),
                Some(kind) => self.elements(section, *kind, part),
                None if part.is_null() => {}
                None if is(name, "models") => self.warn(&format!(
                    "`{section}.{}` is ignored: only Traefik itself creates models",
                    shown(name)
                )),
                None => {
                    let known: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
                    self.fail(&format!(
                        "Traefik has no `{}` in {section}: it knows {}",
                        shown(name),
                        known.join(", ")
                    ));
                }
            }
        }
    }

    fn elements(&mut self, section: Section, kind: Kind, value: &Value) {
        let path = format!("{section}.{kind}");
        let Some(bodies) = self.members(&path, value) else {
            return;
        };
        for (name, body) in bodies {
            if body.is_null() {
                let name = shown(name);
                self.warn(&format!("{path}.{name} is empty and ignored"));
                continue;
            }
            let element = Element {
                section,
                kind,
                name: name.clone(),
                body: body.clone(),
                implicit: false,
            };
            match admissible_for(&element, self.version) {
                Ok(element) => {
                    // As in Traefik, these affect only the routers that have them.
                    self.warnings.extend(check(&element));
                    self.warnings
                        .extend(wildcard_problem(&element, self.version));
                    self.warnings.extend(middleware_problems(&element));
                    self.elements.push(element);
                }
                Err(problems) => self.errors.extend(problems),
            }
        }
    }

    fn certificates(&mut self, value: &Value) {
        let items = match value {
            Value::Null => return,
            Value::Array(items) => items,
            _ => {
                self.fail("tls.certificates is not a list");
                return;
            }
        };
        for (at, body) in items.iter().enumerate() {
            let element = Element {
                section: Section::Tls,
                kind: Kind::Certificates,
                // The position in the file is more useful to people than a digest.
                name: format!("[{at}]"),
                body: body.clone(),
                implicit: false,
            };
            match admissible_for(&element, self.version) {
                Ok(element) => self.elements.push(Element {
                    name: digest(&element.body),
                    ..element
                }),
                Err(problems) => self.errors.extend(problems),
            }
        }
    }

    fn members<'a>(&mut self, what: &str, value: &'a Value) -> Option<&'a Map<String, Value>> {
        match value {
            Value::Object(members) => return Some(members),
            Value::Null => {}
            _ => self.fail(&format!("{what} is not a mapping of names")),
        }
        None
    }

    fn fail(&mut self, message: &str) {
        self.errors.push(Problem::error(Code::LocalFile, message));
    }

    fn warn(&mut self, message: &str) {
        self.warnings
            .push(Problem::warning(Code::LocalFile, message));
    }
}

/// Traefik's own names are case-insensitive.
fn is(name: &str, known: &str) -> bool {
    name.eq_ignore_ascii_case(known)
}

/// The content of a file with its templates evaluated.
fn evaluated<'a>(
    name: &str,
    bytes: &'a [u8],
    templates: Option<&Templates>,
) -> Result<Cow<'a, [u8]>, String> {
    match templates.filter(|_| Templates::are_in(bytes)) {
        Some(templates) => Ok(Cow::Owned(templates.render(name, bytes)?.into_bytes())),
        None => Ok(Cow::Borrowed(bytes)),
    }
}

/// A name that is equal for equal certificates.
fn digest(body: &Value) -> String {
    let digest = Sha256::digest(body.to_string());
    hex::encode(&digest[..DIGEST_BYTES])
}

#[cfg(test)]
mod tests;
