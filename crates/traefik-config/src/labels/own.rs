//! Decodes tether's own labels for what Traefik reads from files only: transports to servers, and TLS
//! options. Their fields are those of Traefik's file form.

use std::collections::BTreeMap;

use super::fill::fill;
use super::findings::Findings;
use super::tree::{self, Node};
use crate::schema::SCHEMA;
use crate::{Code, Element, Kind, Section};

/// The first part of the labels.
const ROOT: &str = "tether";

/// The kinds that these labels define.
const PARTS: [(Section, Kind); 3] = [
    (Section::Http, Kind::ServersTransports),
    (Section::Tcp, Kind::ServersTransports),
    (Section::Tls, Kind::Options),
];

/// The beginnings of the labels, in lower case.
const PREFIXES: [&str; 3] = [
    "tether.http.serverstransports.",
    "tether.tcp.serverstransports.",
    "tether.tls.options.",
];

/// The TLS options that all routers have that name none: not for one host to decide.
const DEFAULT: &str = "default";

/// True for a label that defines an element which Traefik reads from files only.
pub fn defines_element(key: &str) -> bool {
    let mut prefixes = PREFIXES.iter();
    prefixes.any(|prefix| tree::begins_with(key, prefix))
}

/// The elements that a container's own labels define.
pub(super) fn elements(labels: &BTreeMap<String, String>, findings: &mut Findings) -> Vec<Element> {
    let tree = tree::grow(labels, ROOT, &PREFIXES, findings);
    let mut elements = Vec::new();
    for (section, kind) in PARTS {
        let named = tree.child(section.as_str());
        let named = named.and_then(|part| part.child(kind.as_str()));
        for node in named.into_iter().flat_map(|part| &part.children) {
            if kind == Kind::Options && node.name == DEFAULT {
                let message = "the default TLS options are for all hosts: define them in the hub's \
                               local file, or give these another name";
                findings.reject(Code::BadValue, node.label, message);
            } else if let Some(found) = read(section, kind, node, findings) {
                elements.push(found);
            }
        }
    }
    elements
}

fn read(section: Section, kind: Kind, node: &Node<'_>, findings: &mut Findings) -> Option<Element> {
    if node.children.is_empty() {
        findings.reject(
            Code::BadValue,
            node.label,
            "set one of its fields, as in `….field=value`",
        );
        return None;
    }
    let body = fill(SCHEMA.element(section, kind)?, node, findings);
    Some(Element {
        section,
        kind,
        name: node.name.to_owned(),
        body: body.into(),
        implicit: false,
    })
}
