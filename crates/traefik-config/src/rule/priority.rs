//! Computes the effective priority of a router.

use serde_json::Value;

use super::ast::Rule;
use super::read::parse;
use crate::Section;

/// The priority by which Traefik sorts this router: its own, or else the length of its rule in
/// bytes. The TCP rule that matches everything comes last.
///
/// `body` is a router in canonical form. Routers of UDP have none.
pub fn priority(section: Section, body: &Value) -> Option<i64> {
    let own = body.get("priority").and_then(Value::as_i64);
    if !matches!(section, Section::Http | Section::Tcp) {
        return None;
    }
    if let Some(own) = own.filter(|&own| own != 0) {
        return Some(own);
    }
    let text = body.get("rule").and_then(Value::as_str).unwrap_or_default();
    if section == Section::Tcp && parse(section, text).is_ok_and(|rule| is_catch_all(&rule)) {
        return Some(-1);
    }
    i64::try_from(text.len()).ok()
}

/// ``HostSNI(`*`)`` alone. Traefik does not check whether it is negated.
fn is_catch_all(rule: &Rule) -> bool {
    match rule {
        Rule::Not(part) => is_catch_all(part),
        Rule::Matcher(matcher) => matcher.name == "HostSNI" && matcher.args == ["*"],
        Rule::And(_) | Rule::Or(_) => false,
    }
}

#[cfg(test)]
mod tests;
