//! Splits a whole dynamic configuration into its elements.

use go_compat::excerpt::shown;
use serde_json::{Map, Value};

use crate::defaults::without_defaults;
use crate::validate::canonical;
use crate::{Code, Element, Kind, Problem, Section, TraefikVersion};

/// The elements of a configuration that a program wrote, and the problems with its other parts.
///
/// Values that Traefik assumes anyway are left out, because programs write everything they know,
/// and an older Traefik rejects what it does not know. An element that is not valid stays as it is,
/// and is rejected when elements are joined.
pub fn elements(configuration: Map<String, Value>) -> (Vec<Element>, Vec<Problem>) {
    let mut read = Read::default();
    for (name, parts) in configuration {
        let section = Section::ALL
            .into_iter()
            .find(|section| section.as_str() == name);
        match (section, parts) {
            (_, Value::Null) => {}
            (Some(section), Value::Object(parts)) => read.section(section, parts),
            (Some(_), _) => read.fault(&name, "is not an object"),
            (None, _) => read.fault(&name, "is not a section that the hub accepts"),
        }
    }
    (read.elements, read.problems)
}

#[derive(Default)]
struct Read {
    elements: Vec<Element>,
    problems: Vec<Problem>,
}

impl Read {
    fn section(&mut self, section: Section, parts: Map<String, Value>) {
        for (name, members) in parts {
            // Certificates are files, which would be on another host.
            let kind = Kind::ALL
                .into_iter()
                .filter(|kind| *kind != Kind::Certificates)
                .find(|kind| kind.as_str() == name);
            let place = format!("{section}.{name}");
            match (kind, members) {
                (_, Value::Null) => {}
                (Some(kind), Value::Object(members)) => {
                    let elements = members.into_iter().filter(|(_, body)| !body.is_null()).map(
                        |(name, body)| Element {
                            section,
                            kind,
                            name,
                            body,
                            implicit: false,
                        },
                    );
                    self.elements.extend(elements.map(short));
                }
                (Some(_), _) => self.fault(&place, "is not an object"),
                (None, _) => self.fault(
                    &place,
                    "is not something that the hub accepts from an agent",
                ),
            }
        }
    }

    fn fault(&mut self, place: &str, fault: &str) {
        let message = format!("`{}` {fault}: it is left out", shown(place));
        self.problems.push(Problem::error(Code::Invalid, message));
    }
}

/// The same element without Traefik's own defaults, if that means the same.
fn short(element: Element) -> Element {
    let Ok(known) = canonical(&element) else {
        return element;
    };
    let short = Element {
        body: without_defaults(
            known.section,
            known.kind,
            &known.body,
            TraefikVersion::NEWEST,
        ),
        ..known
    };
    match canonical(&short) {
        Ok(short) if short.body.as_object().is_some_and(|body| !body.is_empty()) => short,
        _ => element,
    }
}
