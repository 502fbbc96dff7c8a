//! A router in, the problem with its rule out, if there is one.

use serde_json::Value;

use super::error::shown;
use super::{Matcher, Rule, RuleError, Syntax, hints, parse_as};
use crate::{Code, Element, Kind, Problem, Section};

/// What is wrong with a router's rule; elements of other kinds have none.
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
    let router = || format!("{section} router `{}`", shown(name));
    if text.is_empty() {
        let message = format!("Traefik will disable the {}: it has no rule", router());
        return Some(Problem::error(Code::NoRule, message));
    }
    let syntax = syntax(body);
    match parse_as(section, syntax, text) {
        Ok(rule) if needs_tls(section, &rule, body) => {
            let message = format!(
                "Traefik will disable the {}: its rule has a `HostSNI` other than `*`, which only \
                 TLS tells: set its `tls`, or write HostSNI(`*`)",
                router()
            );
            Some(Problem::error(Code::BadRule, message))
        }
        Ok(rule) => {
            let doubt = (syntax == Syntax::V3).then(|| doubt(&rule)).flatten()?;
            let message = format!("the {} matches nothing: in its rule {doubt}", router());
            Some(Problem::warning(Code::BadRule, message))
        }
        Err(RuleError::NotJudged(_)) => None,
        Err(RuleError::Refused(fault)) => {
            let mut message = format!(
                "Traefik will disable the {}: its rule is not valid: {fault}",
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
/// Where the router does not say which syntax it means, that of Traefik 2 is tried too: Traefik
/// may have been told to use it.
pub fn of_router(section: Section, body: &Value) -> Option<Rule> {
    let text = body.get("rule")?.as_str()?;
    let rule = parse_as(section, syntax(body), text);
    let rule = rule.or_else(|error| {
        if says_syntax(body) {
            return Err(error);
        }
        parse_as(section, Syntax::V2, text)
    });
    rule.ok()
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

/// What Traefik takes, but hardly as it was meant.
fn doubt(rule: &Rule) -> Option<String> {
    match rule {
        Rule::And(parts) | Rule::Or(parts) => parts.iter().find_map(doubt),
        Rule::Not(part) => doubt(part),
        Rule::Matcher(Matcher { name, args }) => {
            let value = args.first()?;
            let hint = hints::template(name, value)?;
            let value = shown(value);
            Some(format!(
                "the braces of `{value}` stand for themselves; {hint}"
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Severity;

    fn router(section: Section, body: Value) -> Element {
        Element {
            section,
            kind: Kind::Routers,
            name: "app".to_owned(),
            body,
            implicit: false,
        }
    }

    #[test]
    fn a_tcp_rule_that_names_a_host_needs_tls() {
        let with = |rule: &str, more: Value| {
            let mut body = json!({ "rule": rule });
            let more = more.as_object().cloned().unwrap_or_default();
            body.as_object_mut().unwrap().extend(more);
            check(&router(Section::Tcp, body))
        };
        let named = "HostSNI(`db.example`)";
        let problem = with(named, json!({})).unwrap();
        assert!(problem.message.contains("`tls`"), "{}", problem.message);
        assert_eq!(with(named, json!({ "tls": {} })), None);
        assert_eq!(with("HostSNI(`*`)", json!({})), None);
        assert_eq!(with("ClientIP(`10.0.0.0/8`)", json!({})), None);
        // Traefik looks at the first only.
        assert_eq!(with("HostSNI(`*`) || HostSNI(`a`)", json!({})), None);
    }

    #[test]
    fn the_syntax_is_the_one_that_the_router_says() {
        let check = |body| check(&router(Section::Http, body));
        let rule = "Host(`a`, `b`) && Path(`/{id:[0-9]+}`)";
        assert_eq!(check(json!({ "rule": rule, "ruleSyntax": "v2" })), None);
        let problem = check(json!({ "rule": rule })).unwrap();
        assert!(problem.message.contains("default rule syntax v2"));
        let problem = check(json!({ "rule": rule, "ruleSyntax": "v3" })).unwrap();
        assert_eq!(problem.code, Code::BadRule);
        assert!(!problem.message.contains("default rule syntax v2"));
        let names = of_router(Section::Http, &json!({ "rule": rule })).unwrap();
        assert_eq!(names.hosts().names, ["a", "b"]);
    }

    #[test]
    fn what_can_match_nothing_is_a_warning() {
        let body = json!({ "rule": "HostRegexp(`{sub:[a-z]+}.example.com`)" });
        let problem = check(&router(Section::Http, body)).unwrap();
        assert_eq!(problem.severity, Severity::Warning);
        let body = json!({ "rule": "HostRegexp(`^[a-z]{2}\\.example\\.com$`)" });
        assert_eq!(check(&router(Section::Http, body)), None);
    }

    #[test]
    fn only_routers_with_a_rule_are_judged() {
        let mut element = router(Section::Udp, json!({ "service": "a" }));
        assert_eq!(check(&element), None);
        element.section = Section::Http;
        assert_eq!(check(&element).unwrap().code, Code::NoRule);
        element.kind = Kind::Services;
        assert_eq!(check(&element), None);
        let deep = format!("{}Host(`a`){}", "(".repeat(5_000), ")".repeat(5_000));
        assert_eq!(check(&router(Section::Http, json!({ "rule": deep }))), None);
    }
}
