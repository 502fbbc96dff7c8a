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
fn the_syntax_is_that_of_the_router() {
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
fn a_wildcard_matches_nothing_on_an_older_traefik() {
    let problem = |rule: &str, version: &str| {
        let router = router(Section::Http, json!({ "rule": rule }));
        wildcard_problem(&router, version.parse().unwrap())
    };
    let found = problem("Host(`a.t`) || Host(`*.a.t`)", "3.6").unwrap();
    assert_eq!(found.code, Code::NeedsNewerTraefik);
    assert!(found.message.contains("`*.a.t`"), "{}", found.message);
    assert_eq!(problem("Host(`*.a.t`)", "3.7"), None);
    assert_eq!(problem("Host(`a.t`)", "3.0"), None);
    assert_eq!(problem("HostRegexp(`^.*\\.a\\.t$`)", "3.0"), None);
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
