//! Warns about labels that Traefik ignores or applies nowhere.

use std::collections::BTreeMap;

use go_compat::excerpt::shown;
use go_compat::suggest;
use serde_json::{Map, Value};

use super::findings::Findings;
use super::settings;
use super::tree::{self, Node, READ_PREFIXES, STORE};
use crate::{Code, Problem};

/// The names that may follow `traefik.`, for hints.
const KNOWN_ROOTS: [&str; 7] = ["http", "tcp", "udp", "tls", "enable", "docker", "swarm"];

/// The names that may follow `traefik.` in labels of elements.
const SECTIONS: [&str; 3] = ["http", "tcp", "udp"];

/// The names that followed `traefik.` in Traefik 1.
const V1_NAMES: [&str; 6] = [
    "frontend", "backend", "port", "protocol", "weight", "domain",
];

/// The prefix of traefik-kop's labels.
const KOP: &str = "kop";

/// The prefix of tether's own labels.
const OWN_PREFIX: &str = "tether.";

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
    // Beside labels that are read, those of Traefik 1 and traefik-kop are left over.
    let is_element = |key: &String| {
        let mut prefixes = READ_PREFIXES.iter();
        prefixes.any(|prefix| tree::begins_with(key, prefix))
    };
    let is_current = labels.keys().any(is_element);
    let has_address = labels.keys().any(|key| tree::begins_with(key, OWN_PREFIX));
    for key in labels.keys() {
        let mut parts = key.split('.');
        let (Some(first), Some(name)) = (parts.next(), parts.next()) else {
            continue;
        };
        if first != tree::ROOT {
            if let Some(hint) = foreign(first, name, key)
                && !(has_address && first == KOP)
            {
                let message = format!("nobody reads it; {hint}");
                findings.report(Problem::warning, Code::UnknownField, key, &message);
            }
            continue;
        }
        if read(key) {
            continue;
        }
        if !is_current && V1_NAMES.contains(&name) {
            let message = "it is a label of Traefik 1, which Traefik 3 does not read; write \
                           `traefik.http.routers.NAME.rule` and \
                           `traefik.http.services.NAME.loadbalancer.server.port`";
            findings.report(Problem::warning, Code::UnknownField, key, message);
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

/// The hint for a label with another prefix than Traefik's that was meant for Traefik.
fn foreign(first: &str, name: &str, key: &str) -> Option<String> {
    let is_section = SECTIONS.contains(&name);
    if first == KOP && key.ends_with(".bind.ip") {
        return Some("for an address of its own write `tether.address`".to_owned());
    }
    if first == KOP && is_section {
        let rest = &key[KOP.len()..];
        return Some(format!("write `{}{}`", tree::ROOT, shown(rest)));
    }
    let is_name = is_section || name == "enable";
    if first.eq_ignore_ascii_case(tree::ROOT) {
        return None;
    }
    let near = is_name.then(|| suggest::nearest(first, [tree::ROOT]))?;
    near.map(|near| format!("did you mean `{near}.{}`?", shown(name)))
}
