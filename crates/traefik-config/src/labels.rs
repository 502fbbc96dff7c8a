//! Decodes a container's labels into typed elements and problems.
//!
//! Labels are read exactly as Traefik reads them, by the schema. A label that cannot be read
//! rejects the whole container, as in Traefik: if only a misspelled router were left out, requests
//! to `/admin` would reach the container's unprotected router.

mod fill;
mod findings;
mod hints;
mod own;
mod raw;
mod settings;
mod tree;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::schema::ROOT;
use crate::validate::kinds_problem;
use crate::{Element, Kind, Problem, Section};
use findings::Findings;
pub use own::defines_element;
pub use settings::is_enabled;
use tree::{Node, READ_PREFIXES, STORE};

/// The decoded labels of a container.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decoded {
    /// Sorted by section, kind and name; empty if the container is rejected.
    pub elements: Vec<Element>,
    /// The problems with labels that were not read or are not applied; errors first.
    pub problems: Vec<Problem>,
    rejected: bool,
}

impl Decoded {
    /// True if a label could not be read, so that nothing of the container may be routed.
    ///
    /// There can be errors without it: Traefik ignores some labels, whose effect is missing while
    /// the container is routed.
    pub fn is_rejected(&self) -> bool {
        self.rejected
    }
}

/// Decodes the labels of one container: Traefik's, and tether's own for elements.
///
/// In the body of a service, `loadBalancer.servers[0]` may hold `port` and `scheme` as the
/// labels set them. They become `url` or `address` once the address is known.
pub fn decode(labels: &BTreeMap<String, String>) -> Decoded {
    let mut findings = Findings::default();
    let tree = tree::grow(labels, tree::ROOT, &READ_PREFIXES, &mut findings);
    let mut document = fill::fill(ROOT, &tree, &mut findings);
    let mut elements = take_elements(&mut document);
    elements.extend(own::elements(labels, &mut findings));
    elements.sort_by(Element::order);
    hints::no_effect(&document, &tree, &mut findings);
    hints::slips(labels, &mut findings);
    settings::hints(labels, &mut findings);
    if !findings.rejected {
        for element in &elements {
            no_one_kind(element, &tree, &mut findings);
        }
    }
    if findings.rejected {
        elements.clear();
    }
    let Findings {
        mut problems,
        rejected,
    } = findings;
    problems.sort_by_key(|problem| Reverse(problem.severity));
    problems.truncate(MAX_PROBLEMS);
    Decoded {
        elements,
        problems,
        rejected,
    }
}

/// The most problems that are reported for one container, errors first.
const MAX_PROBLEMS: usize = 50;

/// The kinds of elements that are read from labels.
const READ_KINDS: [Kind; 3] = [Kind::Routers, Kind::Services, Kind::Middlewares];

/// Takes the elements out of a document. Parts without effect stay.
fn take_elements(document: &mut Map<String, Value>) -> Vec<Element> {
    let mut elements = Vec::new();
    for section in [Section::Http, Section::Tcp, Section::Udp] {
        for kind in READ_KINDS {
            let bodies = named(document, section, kind).map(std::mem::take);
            elements.extend(
                bodies
                    .into_iter()
                    .flatten()
                    .map(|(name, body)| element(section, kind, name, body)),
            );
        }
    }
    let stores = named(document, Section::Tls, Kind::Stores);
    if let Some((name, body)) = stores.and_then(|stores| stores.remove_entry(STORE))
        // Traefik has an empty store anyway.
        && body.as_object().is_some_and(|body| !body.is_empty())
    {
        elements.push(element(Section::Tls, Kind::Stores, name, body));
    }
    elements
}

fn named(
    document: &mut Map<String, Value>,
    section: Section,
    kind: Kind,
) -> Option<&mut Map<String, Value>> {
    let kinds = document.get_mut(section.as_str())?.as_object_mut()?;
    kinds.get_mut(kind.as_str())?.as_object_mut()
}

fn element(section: Section, kind: Kind, name: String, body: Value) -> Element {
    Element {
        section,
        kind,
        name,
        body,
        implicit: false,
    }
}

/// Traefik rejects a middleware that is not of exactly one kind, and each router that uses it.
fn no_one_kind(element: &Element, tree: &Node<'_>, findings: &mut Findings) {
    // Linking reports a service without a kind.
    if element.kind != Kind::Middlewares {
        return;
    }
    let Some(problem) = kinds_problem(element, &element.body) else {
        return;
    };
    let path = [
        element.section.as_str(),
        element.kind.as_str(),
        &element.name,
    ];
    findings.rejected = true;
    findings
        .problems
        .push(problem.of_label(tree.first_label(&path)));
}
