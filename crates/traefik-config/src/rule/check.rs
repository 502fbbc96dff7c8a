//! Finds the problem with a router's rule, if there is one.

use go_compat::excerpt::as_written;
use serde_json::Value;

use super::ast::{Rule, Syntax};
use super::error::RuleError;
use super::mistake::mistake;
use super::read::parse_as;
use crate::{Code, Element, Kind, Problem, Section, TraefikVersion};

/// Finds the problem with a router's rule; none for elements of other kinds, and for rules that
/// could not be checked.
///
/// A router with such a problem is still passed on, because Traefik disables only this router. The
/// problem has no origin yet. Do not call it for the elements of agents:
/// [`link`](crate::link::link) has checked them, and has added the problem to those of the
/// container.
pub fn check(element: &Element) -> Option<Problem> {
    let is_router = element.kind == Kind::Routers;
    is_router.then(|| check_router(element.section, &element.name, &element.body))?
}

/// [`check`], for a router of this section, name and body.
pub fn check_router(section: Section, name: &str, body: &Value) -> Option<Problem> {
    let problem = problem(section, name, body)?;
    Some(problem.of_element(section, Kind::Routers, name))
}

fn problem(section: Section, name: &str, body: &Value) -> Option<Problem> {
    if !matches!(section, Section::Http | Section::Tcp) {
        return None;
    }
    let text = match body.get("rule") {
        None | Some(Value::Null) => "",
        // A rule that is not a text is reported elsewhere.
        Some(rule) => rule.as_str()?,
    };
    let router = || format!("{section} router `{}`", as_written(name));
    if text.is_empty() {
        let message = format!("Traefik will disable the {}: it has no rule", router());
        return Some(Problem::error(Code::NoRule, message));
    }
    let syntax = syntax(body);
    match parse_as(section, syntax, text) {
        Ok(rule) if needs_tls(section, &rule, body) => {
            let message = format!(
                "Traefik will disable the {}: its rule has a `HostSNI` other than `*`, which needs \
                 TLS: set its `tls`, or write HostSNI(`*`)",
                router()
            );
            Some(Problem::error(Code::BadRule, message))
        }
        Ok(rule) => {
            let found = (syntax == Syntax::V3).then(|| mistake(&rule)).flatten()?;
            let (router, text) = (router(), found.text);
            Some(if found.is_fatal {
                let message = format!("the {router} matches nothing: in its rule {text}");
                Problem::warning(Code::BadRule, message)
            } else {
                let message = format!("a part of the rule of the {router} matches nothing: {text}");
                Problem::info(Code::BadRule, message)
            })
        }
        Err(RuleError::Unchecked(_)) => None,
        Err(RuleError::Invalid(error)) => {
            let mut message = format!(
                "Traefik will disable the {}: its rule is not valid: {error}",
                router()
            );
            if !sets_syntax(body) && parse_as(section, Syntax::V2, text).is_ok() {
                message += " (it is valid if Traefik runs with the default rule syntax v2)";
            }
            Some(Problem::error(Code::BadRule, message))
        }
    }
}

/// The problem of a router whose rule has a wildcard that this Traefik does not know.
pub fn wildcard_problem(element: &Element, version: TraefikVersion) -> Option<Problem> {
    let is_known = version >= TraefikVersion::WILDCARD_HOSTS;
    if is_known || element.kind != Kind::Routers {
        return None;
    }
    let hosts = of_router(element.section, &element.body)?.hosts();
    let wildcard = hosts.wildcards.first()?;
    let message = format!(
        "{} router `{}`: `{}` matches nothing on Traefik {version}, which reads its star literally: \
         upgrade to Traefik {}, or write a regular expression",
        element.section,
        as_written(&element.name),
        as_written(wildcard),
        TraefikVersion::WILDCARD_HOSTS
    );
    let problem = Problem::warning(Code::NeedsNewerTraefik, message);
    Some(problem.of_element(element.section, element.kind, &element.name))
}

/// A router's rule as Traefik reads it; none if it is missing or invalid.
///
/// If the router does not name a syntax, that of Traefik 2 is tried as well, because Traefik may be
/// set to it.
pub fn of_router(section: Section, body: &Value) -> Option<Rule> {
    let text = body.get("rule")?.as_str()?;
    match parse_as(section, syntax(body), text) {
        Err(_) if !sets_syntax(body) => parse_as(section, Syntax::V2, text).ok(),
        rule => rule.ok(),
    }
}

fn syntax(body: &Value) -> Syntax {
    let syntax = body.get("ruleSyntax").and_then(Value::as_str);
    Syntax::named(syntax.unwrap_or_default())
}

fn sets_syntax(body: &Value) -> bool {
    let syntax = body.get("ruleSyntax").and_then(Value::as_str);
    syntax.is_some_and(|syntax| !syntax.is_empty())
}

/// Without TLS a TCP connection does not name a host, so Traefik rejects such a rule. It checks
/// only the first host.
fn needs_tls(section: Section, rule: &Rule, body: &Value) -> bool {
    let has_tls = body.get("tls").is_some_and(|tls| !tls.is_null());
    let first = rule.domains().into_iter().next();
    section == Section::Tcp && !has_tls && first.is_some_and(|name| name != "*")
}

#[cfg(test)]
mod tests;
