//! Checks an element against the schema.
//!
//! Traefik's HTTP provider drops the **whole** document for one unknown field or one bad number, so
//! every element is checked before it becomes part of the document.

mod checker;
mod plugin;

use go_compat::excerpt::shown;
use serde_json::Value;

use crate::schema::SCHEMA;
use crate::{Code, Element, Kind, Problem, TraefikVersion};
use checker::Checker;

/// Finds the reasons why the newest Traefik would reject this element.
///
/// It is stricter than Traefik in two points: field names must have their usual case, and fields
/// that Traefik ignores are not allowed. [`canonical`] converts an element to this form.
pub fn validate(element: &Element) -> Result<(), Vec<Problem>> {
    validate_for(element, TraefikVersion::NEWEST)
}

/// [`validate`] for this Traefik, or for the nearest known version.
///
/// Fields that only a newer version has are problems of the code [`Code::NeedsNewerTraefik`].
pub fn validate_for(element: &Element, version: TraefikVersion) -> Result<(), Vec<Problem>> {
    check(element, version, true).map(drop)
}

/// The same element in the form of the newest Traefik: names in their usual case, numbers as
/// numbers, lists as lists, without the fields that Traefik ignores.
///
/// This gives elements of people and other programs one form that all other code can rely on.
pub fn canonical(element: &Element) -> Result<Element, Vec<Problem>> {
    canonical_for(element, TraefikVersion::NEWEST)
}

/// [`canonical`] for this Traefik, or for the nearest known version.
///
/// Fields that only a newer version has are problems of the code [`Code::NeedsNewerTraefik`].
pub fn canonical_for(element: &Element, version: TraefikVersion) -> Result<Element, Vec<Problem>> {
    let body = check(element, version, false)?;
    Ok(Element {
        section: element.section,
        kind: element.kind,
        name: element.name.clone(),
        body,
        implicit: element.implicit,
    })
}

/// The problem of a service or middleware that is not of exactly one kind. The body is canonical.
pub(crate) fn kinds_problem(element: &Element, body: &Value) -> Option<Problem> {
    if !matches!(element.kind, Kind::Services | Kind::Middlewares) {
        return None;
    }
    let name = SCHEMA.element(element.section, element.kind)?;
    let kinds: Vec<&str> = SCHEMA.of(name).kinds(body).collect();
    let what = element.kind.singular();
    let fault = match &*kinds {
        [_] => return None,
        [] => format!("does not set a kind of {what} that Traefik knows: set one"),
        many => format!(
            "sets {} kinds ({}), but Traefik accepts one: split it into {} {what}s",
            many.len(),
            many.join(", "),
            many.len()
        ),
    };
    let message = format!(
        "{} {what} `{}` {fault}",
        element.section,
        shown(&element.name)
    );
    let problem = Problem::error(Code::Invalid, message);
    Some(problem.of_element(element.section, element.kind, &element.name))
}

fn check(element: &Element, version: TraefikVersion, strict: bool) -> Result<Value, Vec<Problem>> {
    let body = Checker::new(element, version, strict).body()?;
    match kinds_problem(element, &body) {
        None => Ok(body),
        Some(problem) => Err(vec![problem]),
    }
}
