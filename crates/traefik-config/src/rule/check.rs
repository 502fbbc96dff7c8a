//! Finds the problem with a router's rule, if there is one.

use go_compat::excerpt::as_written;
use serde_json::Value;

use super::ast::{Matcher, Rule, Syntax};
use super::error::RuleError;
use super::matchers::hints;
use super::read::parse_as;
use crate::{Code, Element, Kind, Problem, Section};

/// Finds the fault of a router's rule; elements of other kinds have none.
///
/// Such a router is passed on all the same: Traefik disables it and no other.
/// Nothing is said of a rule that could not be judged.
/// Whoever knows the origin fills it in. Whatever comes from an agent was checked there, in
/// [`link`](crate::link::link), and its problem is among those of its container: to check it
/// again would tell it twice.
pub fn check(element: &Element) -> Option<Problem> {
    let is_router = element.kind == Kind::Routers;
    is_router.then(|| check_router(element.section, &element.name, &element.body))?
}

/// [`check`], for a router of this section, name and body.
pub fn check_router(section: Section, name: &str, body: &Value) -> Option<Problem> {
    if !matches!(section, Section::Http | Section::Tcp) {
        return None;
    }
    let text = match body.get("rule") {
        None | Some(Value::Null) => "",
        // Not a text: not a matter of its grammar.
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
            let doubt = (syntax == Syntax::V3).then(|| doubt(&rule)).flatten()?;
            let message = format!("the {} matches nothing: in its rule {doubt}", router());
            Some(Problem::warning(Code::BadRule, message))
        }
        Err(RuleError::Unchecked(_)) => None,
        Err(RuleError::Invalid(error)) => {
            let mut message = format!(
                "Traefik will disable the {}: its rule is not valid: {error}",
                router()
            );
            if !says_syntax(body) && parse_as(section, Syntax::V2, text).is_ok() {
                message += " (it is valid if Traefik runs with the default rule syntax v2)";
            }
            Some(Problem::error(Code::BadRule, message))
        }
    }
}

/// A router's rule as Traefik reads it; nothing if it has none or a bad one.
///
/// If the router does not name a syntax, that of Traefik 2 is tried as well, because Traefik may be
/// set to it.
pub fn of_router(section: Section, body: &Value) -> Option<Rule> {
    let text = body.get("rule")?.as_str()?;
    match parse_as(section, syntax(body), text) {
        Err(_) if !says_syntax(body) => parse_as(section, Syntax::V2, text).ok(),
        rule => rule.ok(),
    }
}

fn syntax(body: &Value) -> Syntax {
    let said = body.get("ruleSyntax").and_then(Value::as_str);
    Syntax::named(said.unwrap_or_default())
}

fn says_syntax(body: &Value) -> bool {
    let said = body.get("ruleSyntax").and_then(Value::as_str);
    said.is_some_and(|said| !said.is_empty())
}

/// Without TLS a TCP connection names no host, and Traefik refuses to wait for one. It looks at
/// the first alone.
fn needs_tls(section: Section, rule: &Rule, body: &Value) -> bool {
    let has_tls = body.get("tls").is_some_and(|tls| !tls.is_null());
    let first = rule.domains().into_iter().next();
    section == Section::Tcp && !has_tls && first.is_some_and(|name| name != "*")
}

/// A doubt about a rule that Traefik accepts.
fn doubt(rule: &Rule) -> Option<String> {
    match rule {
        Rule::And(parts) | Rule::Or(parts) => parts.iter().find_map(doubt),
        Rule::Not(part) => doubt(part),
        Rule::Matcher(Matcher { name, args }) => {
            let value = args.first()?;
            let hint = hints::template(name, value)?;
            let value = as_written(value);
            Some(format!(
                "the braces of `{value}` are read literally; {hint}"
            ))
        }
    }
}

#[cfg(test)]
mod tests;
