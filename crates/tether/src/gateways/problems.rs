//! The views of an environment's gateways → problems: what Traefik refuses, and which gateways
//! cannot be asked or are behind. Pure.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use traefik_config::{Code, Key, Kind, Problem, shown};

use super::view::{GatewayState, GatewayView, Status, Verdict};
use super::warnings::warnings;
use crate::compile::MergedElement;
use crate::merge::Merged;

/// The problems of the gateways that read one environment, sorted.
pub(super) fn problems(gateways: &[&GatewayView], merged: Option<&Merged>) -> Vec<Problem> {
    let mut problems: Vec<Problem> = gateways.iter().filter_map(|view| note(view)).collect();
    if let Some(merged) = merged {
        for (element, refusals) in refused(gateways, merged).into_values() {
            let asked = gateways
                .iter()
                .filter(|view| view.verdicts.of(element).is_some_and(is_known))
                .count();
            problems.extend(of_element(element, &refusals, asked, gateways.len()));
        }
        for view in gateways.iter().filter(|view| is_lasting(view)) {
            problems.extend(not_applied(view, merged, gateways.len()));
        }
        problems.extend(warnings(gateways, merged));
    }
    problems.sort();
    problems.dedup();
    problems
}

/// The note about a gateway: a warning if it lasts.
fn note(view: &GatewayView) -> Option<Problem> {
    let note = view.note.as_ref()?;
    let message = format!("gateway `{}`: {}", shown(&view.name), note.message);
    Some(match note.lasting {
        true => Problem::warning(Code::TraefikApi, message),
        false => Problem::info(Code::TraefikApi, message),
    })
}

fn is_lasting(view: &GatewayView) -> bool {
    view.state == GatewayState::Behind && view.note.as_ref().is_some_and(|note| note.lasting)
}

/// The routers that a gateway lacks, once for each container that asks for one.
fn not_applied(view: &GatewayView, merged: &Merged, all: usize) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (key, element) in merged.elements.iter() {
        let waits = |verdict: &Verdict| verdict.status == Status::Waiting;
        if key.kind != Kind::Routers || !view.verdicts.of(element).is_some_and(waits) {
            continue;
        }
        let at = if all > 1 {
            format!(" at gateway `{}`", shown(&view.name))
        } else {
            String::new()
        };
        let key = &element.declared;
        let message = format!("Traefik has not applied {key}{at}: see Traefik's log");
        let problem = Problem::warning(Code::NotApplied, message);
        let problem = problem.of_element(key.section, key.kind, &key.name);
        problems.extend(
            element
                .origins()
                .map(|origin| problem.clone().of_origin(origin)),
        );
    }
    problems
}

fn is_known(verdict: &Verdict) -> bool {
    verdict.status != Status::Waiting
}

/// The gateways that say the same of an element.
type Refusals<'a> = BTreeMap<(Status, &'a [String]), Vec<&'a str>>;

/// The served elements that a gateway does not use as they are defined.
fn refused<'a>(
    gateways: &[&'a GatewayView],
    merged: &'a Merged,
) -> BTreeMap<&'a Key, (&'a Arc<MergedElement>, Refusals<'a>)> {
    let mut refused: BTreeMap<_, (_, Refusals<'a>)> = BTreeMap::new();
    for view in gateways {
        for verdict in view.verdicts.refused() {
            let Some(element) = merged.elements.get(&verdict.element.key) else {
                continue;
            };
            if view.verdicts.of(element).is_some() {
                let (_, refusals) = refused
                    .entry(&*element.key)
                    .or_insert_with(|| (element, Refusals::new()));
                let said = (verdict.status, verdict.errors.as_slice());
                refusals.entry(said).or_default().push(&view.name);
            }
        }
    }
    refused
}

/// The problems of one element, once for each container that asks for it. `asked` is the number of
/// gateways that have the element, `all` that of the gateways.
fn of_element(
    element: &Arc<MergedElement>,
    refusals: &Refusals<'_>,
    asked: usize,
    all: usize,
) -> Vec<Problem> {
    let key = &element.declared;
    let mut problems = Vec::new();
    for (&(status, errors), names) in refusals {
        let at = if names.len() < asked || all > asked {
            format!(" at gateway `{}`", shown(&names.join("`, `")))
        } else {
            String::new()
        };
        let said = match errors {
            [] => "it does not say why; see Traefik's log".to_owned(),
            errors => format!("\"{}\"", errors.join("\", \"")),
        };
        let problem = match status {
            Status::Disabled => Problem::error(
                Code::TraefikRefuses,
                format!("Traefik disables {key}{at}: {said}"),
            ),
            _ => Problem::warning(
                Code::TraefikRefuses,
                format!("Traefik does not use all of {key}{at}: {said}"),
            ),
        };
        let problem = problem.of_element(key.section, key.kind, &key.name);
        let label = label(element, errors);
        problems.extend(element.origins().map(|mut origin| {
            if origin.file.is_none() {
                origin.label.clone_from(&label);
            }
            Problem {
                origin,
                ..problem.clone()
            }
        }));
    }
    problems
}

/// The words in an error that point to a field of a router, in this order.
const FIELDS: [(&str, &str); 5] = [
    ("rule", "rule"),
    ("entryPoint", "entryPoints"),
    ("middleware", "middlewares"),
    ("service", "service"),
    ("TLS options", "tls.options"),
];

/// The label that an error is about, if the element has such a label.
fn label(element: &MergedElement, errors: &[String]) -> Option<String> {
    let key = &element.declared;
    if element.implicit {
        return None;
    }
    let prefix = format!("traefik.{}.{}.{}", key.section, key.kind, key.name);
    let body = element.value();
    if key.kind != Kind::Routers {
        // The only field of a middleware is its type.
        let mut fields = body.as_object()?.keys();
        return fields.next().map(|field| format!("{prefix}.{field}"));
    }
    let has = |field: &str| {
        let pointer = format!("/{}", field.replace('.', "/"));
        body.pointer(&pointer)
            .is_some_and(|value: &Value| !value.is_null())
    };
    let said = |word: &str| errors.iter().any(|error| error.contains(word));
    let mut fields = FIELDS.into_iter();
    let found = fields.find(|(word, field)| said(word) && has(field));
    found.map(|(_, field)| format!("{prefix}.{field}"))
}

#[cfg(test)]
mod tests;
