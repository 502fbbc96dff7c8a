//! Builds a tree from the parts of labels' names, as paerser's `DecodeToNode` does.

use std::collections::BTreeMap;

use go_compat::letters;

use super::findings::Findings;
use crate::Code;
use crate::text::{MAX_NAME, forbidden};

/// The first part of every label that Traefik reads, in lower case only.
pub(super) const ROOT: &str = "traefik";

/// The prefixes of the labels that Traefik reads the configuration from.
pub(super) const READ_PREFIXES: [&str; 4] = [
    "traefik.http",
    "traefik.tcp",
    "traefik.udp",
    "traefik.tls.stores.default",
];

/// The one TLS store that Traefik uses.
pub(super) const STORE: &str = "default";

/// The most parts of a label's key. A deeper tree could not be written and read again as JSON.
const MAX_PARTS: usize = 48;

/// One part of a label's key, and the parts below it.
#[derive(Debug, Default)]
pub(super) struct Node<'a> {
    /// In the spelling of the first label in alphabetical order.
    pub(super) name: &'a str,
    /// The value of the label that ends here; of several that differ in case, the last.
    pub(super) value: &'a str,
    /// The label that set the value, or else the first one below this node.
    pub(super) label: &'a str,
    /// In the alphabetical order of their labels.
    pub(super) children: Vec<Node<'a>>,
}

/// The tree of all labels below `top` whose key begins with one of the prefixes, in any case.
///
/// As in Traefik, a prefix need not end at a dot: `traefik.httpx` begins with `traefik.http`.
pub(super) fn grow<'a>(
    labels: &'a BTreeMap<String, String>,
    top: &str,
    prefixes: &[&str],
    findings: &mut Findings,
) -> Node<'a> {
    let mut root = Node::default();
    for (key, value) in labels.iter().filter(|(key, _)| begins_with(key, top)) {
        if !prefixes.iter().any(|prefix| begins_with(key, prefix)) {
            continue;
        }
        match split(key, top).and_then(|parts| check(parts, value)) {
            Ok(parts) => root.insert(&parts, key, value),
            Err((code, message)) => findings.reject(code, key, &message),
        }
    }
    root
}

/// True if a key begins with a prefix in any case.
pub(super) fn begins_with(key: &str, prefix: &str) -> bool {
    key.get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

impl<'a> Node<'a> {
    /// The child of this name, in any case.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        let mut children = self.children.iter();
        children.find(|child| letters::equal_fold(child.name, name))
    }

    /// The first label of the node at a path; empty if there is none.
    pub(super) fn first_label(&self, path: &[&str]) -> &'a str {
        let node = path.iter().try_fold(self, |node, name| node.child(name));
        node.map_or("", |node| node.label)
    }

    fn insert(&mut self, parts: &[&'a str], key: &'a str, value: &'a str) {
        let Some((first, rest)) = parts.split_first() else {
            (self.value, self.label) = (value, key);
            return;
        };
        let known = self
            .children
            .iter()
            .position(|child| letters::equal_fold(child.name, first));
        let at = known.unwrap_or_else(|| {
            self.children.push(Self {
                name: first,
                label: key,
                ..Self::default()
            });
            self.children.len() - 1
        });
        self.children[at].insert(rest, key, value);
    }
}

/// The fault of a label.
type LabelError = (Code, String);

/// The parts of a key without the root. An index is a separate part.
fn split<'a>(key: &'a str, top: &str) -> Result<Vec<&'a str>, LabelError> {
    let fault = |text: &str| Err((Code::UnknownField, text.to_owned()));
    let mut parts = Vec::new();
    for part in key.split('.') {
        if part.is_empty() {
            return fault("its name has an empty part: remove the extra dot");
        }
        if part.starts_with('[') {
            return fault("a part of its name begins with a bracket: write an index as `name[0]`");
        }
        if !part.ends_with(']') {
            parts.push(part);
            continue;
        }
        let Some((name, _)) = part.split_once('[') else {
            return fault("its name closes a bracket that it does not open");
        };
        parts.extend([name, &part[name.len()..]]);
    }
    match parts.split_first() {
        Some((first, rest)) if *first == top => Ok(rest.to_vec()),
        _ => fault(&format!(
            "it is read only if it begins with `{top}` in lower case"
        )),
    }
}

fn check<'a>(parts: Vec<&'a str>, value: &str) -> Result<Vec<&'a str>, LabelError> {
    if parts.len() > MAX_PARTS {
        let message = format!("its name has more than {MAX_PARTS} parts: nest it less");
        return Err((Code::BadValue, message));
    }
    for part in &parts {
        if let Some(why) = forbidden(part) {
            return Err((Code::BadCharacter, format!("in its name, {why}: remove it")));
        }
        if part.len() > MAX_NAME {
            let message = format!("a part of its name is longer than {MAX_NAME} bytes: shorten it");
            return Err((Code::BadValue, message));
        }
    }
    match forbidden(value) {
        Some(why) => Err((
            Code::BadCharacter,
            format!("in its value, {why}: remove it"),
        )),
        None => Ok(parts),
    }
}
