//! Rules with a mistake, what is said about them, and rules without one.

use super::*;
use crate::Section;
use crate::rule::{Syntax, parse_as};

fn found(section: Section, rule: &str) -> Option<Mistake> {
    mistake(&parse_as(section, Syntax::V3, rule).expect(rule))
}

/// Rules that no request matches, each with a part of what is said.
const FATAL: [(&str, &str); 21] = [
    ("Host(`a.t:8080`)", "write Host(`a.t`)"),
    ("Host(`http://a.t`)", "is a URL: write Host(`a.t`)"),
    ("Host(`https://a.t/`)", "write Host(`a.t`)"),
    (
        "Host(`https://a.t:8443/x`)",
        "write Host(`a.t`) && PathPrefix(`/x`)",
    ),
    ("Host(`a.t/app`)", "write Host(`a.t`) && PathPrefix(`/app`)"),
    ("Host(` a.t`)", "has a space"),
    ("Host(`a.t `)", "has a space"),
    (
        "Host(`a.t,www.a.t`)",
        "write Host(`a.t`) || Host(`www.a.t`)",
    ),
    ("Host(`a.t, b.t`)", "write Host(`a.t`) || Host(`b.t`)"),
    ("Host(`${DOMAIN}`)", "`${DOMAIN}` is read literally"),
    ("Host(`a.${DOMAIN:-t}`)", "`${DOMAIN:-t}` is read literally"),
    ("Host(`$DOMAIN`)", "has a `$`"),
    ("Host(`a.t`) && Path(`/api/*`)", "write PathPrefix(`/api/`)"),
    ("Host(`a.t`) && Path(`/*`)", "write PathPrefix(`/`)"),
    ("Host(`a.t`) && PathPrefix(`/api/*`)", "star"),
    ("Path(`/${BASE}`)", "`${BASE}`"),
    ("PathPrefix(`/a?b=c`)", "has a query"),
    ("Query(`mobile=true`)", "write Query(`mobile`, `true`)"),
    ("Query(`a=1`) && Host(`a.t`)", "write Query(`a`, `1`)"),
    ("Host(`a.t:80`) || Host(`b.t:80`)", "write Host(`a.t`)"),
    ("HostRegexp(`{sub:[a-z]+}.example.com`)", "braces"),
];

/// Rules of which another alternative may match.
const PARTIAL: [&str; 2] = [
    "Host(`a.t`) || Host(`a.t:8080`)",
    "(Host(`a.t`) || Host(`a.t:80`)) && PathPrefix(`/x`)",
];

const GOOD: [&str; 14] = [
    "Host(`a.t`)",
    "Host(`*.a.t`)",
    "Host(`::1`)",
    "Host(`2001:db8::80`)",
    "Host(`10.0.0.1`)",
    "Host(`under_score.t`)",
    "Path(`/a+b(c)`)",
    "PathPrefix(`/$metadata`)",
    "PathRegexp(`^/api/.*$`)",
    "HostRegexp(`^a\\.(b|c)$`)",
    "Query(`a`)",
    "Query(`a`, `b=c`)",
    "!Host(`a.t:80`)",
    "Header(`X`, `$y`)",
];

#[test]
fn a_fatal_mistake_says_what_to_write() {
    for (rule, said) in FATAL {
        let found = found(Section::Http, rule).expect(rule);
        assert!(found.is_fatal, "{rule}");
        assert!(found.text.contains(said), "{rule}: {}", found.text);
    }
    let tcp = found(Section::Tcp, "HostSNI(`db.t:5432`)").expect("it has a port");
    assert!(tcp.text.contains("write HostSNI(`db.t`)"), "{}", tcp.text);
}

#[test]
fn an_alternative_that_matches_nothing_is_not_fatal() {
    for rule in PARTIAL {
        assert!(!found(Section::Http, rule).expect(rule).is_fatal, "{rule}");
    }
}

#[test]
fn what_may_be_meant_is_no_mistake() {
    for rule in GOOD {
        let text = found(Section::Http, rule).map(|mistake| mistake.text);
        assert_eq!(text, None, "{rule}");
    }
    assert!(found(Section::Tcp, "HostSNI(`*`)").is_none());
}
