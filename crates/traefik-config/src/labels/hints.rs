//! Warns about labels that Traefik ignores or applies nowhere.

use std::collections::BTreeMap;

use go_compat::suggest;
use serde_json::{Map, Value};

use super::findings::Findings;
use super::settings;
use super::tree::{self, Node, READ_PREFIXES, STORE};
use crate::{Code, Problem};

/// The names that may follow `traefik.`, for hints.
const KNOWN_ROOTS: [&str; 7] = ["http", "tcp", "udp", "tls", "enable", "docker", "swarm"];

/// Warns about everything that Traefik reads from labels but does not apply: the rest of the
/// document without its elements.
pub(super) fn no_effect(rest: &Map<String, Value>, tree: &Node<'_>, findings: &mut Findings) {
    for (section, kinds) in rest {
        for (kind, named) in members(kinds) {
            for (name, _) in members(named) {
                let label = tree.first_label(&[section, kind, name]);
                let why = match kind.as_str() {
                    "stores" if name.to_lowercase() == STORE => {
                        format!("Traefik has only the store `{STORE}`: write it in lower case")
                    }
                    "stores" => format!("Traefik has only the store `{STORE}`: use that name"),
                    _ => "Traefik reads it from labels but applies only those of its own entry points: \
                          remove it"
                        .to_owned(),
                };
                findings.report(Problem::warning, Code::NoEffect, label, &why);
            }
        }
    }
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// Warns about each label that is not read and is probably misspelled.
pub(super) fn slips(labels: &BTreeMap<String, String>, findings: &mut Findings) {
    let read = |key: &str| {
        let mut prefixes = READ_PREFIXES.iter().chain(&settings::PREFIXES);
        prefixes.any(|prefix| tree::begins_with(key, prefix))
    };
    for key in labels.keys() {
        let mut parts = key.split('.');
        let (Some(tree::ROOT), Some(name)) = (parts.next(), parts.next()) else {
            continue;
        };
        if read(key) {
            continue;
        }
        let root = KNOWN_ROOTS
            .iter()
            .find(|root| root.eq_ignore_ascii_case(name));
        let hint = match root {
            Some(&"tls") => {
                "below `traefik.tls` it reads only `traefik.tls.stores.default`".to_owned()
            }
            Some(_) => continue,
            None => match suggest::nearest(name, KNOWN_ROOTS) {
                Some(near) => format!("did you mean `traefik.{near}`?"),
                None => continue,
            },
        };
        let message = format!("Traefik does not read it; {hint}");
        findings.report(Problem::warning, Code::UnknownField, key, &message);
    }
}
