//! Checks laws that hold for all rules, with random ones.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use traefik_config::Section;
use traefik_config::rule::{self, Matcher, Rule, RuleError, Syntax};

const HOSTS: [&str; 4] = ["a.test", "b.test", "c.test", "d.test"];

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        cases: ProptestConfig::default().cases.max(1024),
        ..ProptestConfig::default()
    })]

    /// A printed rule is read back as the same rule.
    #[test]
    fn a_printed_rule_is_the_same(rule in any_rule()) {
        let printed = rule.to_string();
        prop_assert_eq!(rule::parse(Section::Http, &printed), Ok(rule), "{}", printed);
    }

    /// No text panics, and a parsed rule is printed and read back as itself.
    #[test]
    fn any_text_is_read(
        text in "((Host|Path|hostsni|Query|and|!|\\(|\\)|`/[a{]?`|\"\\\\[x\"]?|&&|\\|\\||[,/*.é\n ]){0,20})",
        section in select(vec![Section::Http, Section::Tcp]),
        syntax in select(vec![Syntax::V2, Syntax::V3]),
    ) {
        match rule::parse_as(section, syntax, &text) {
            Ok(rule) => {
                let again = rule::parse_as(section, syntax, &rule.to_string());
                prop_assert_eq!(again, Ok(rule));
            }
            Err(RuleError::Invalid(error)) => {
                prop_assert!(error.column >= 1 && error.column <= text.chars().count() + 1);
                prop_assert!(!error.to_string().contains('\n'), "{}", error);
            }
            Err(RuleError::Unchecked(_)) => {}
        }
    }

    /// The normal form is final, and it means the same.
    #[test]
    fn the_normal_form_means_the_same(rule in any_rule(), truth in any::<u64>()) {
        let normal = rule.normal();
        prop_assert_eq!(normal.normal(), normal.clone());
        prop_assert_eq!(rule::parse(Section::Http, &normal.to_string()), Ok(normal.clone()));
        for host in HOSTS {
            prop_assert_eq!(matches(&rule, host, truth), matches(&normal, host, truth));
        }
    }

    /// A rule matches only the hosts that `hosts` lists.
    #[test]
    fn hosts_are_a_bound(rule in any_rule(), truth in any::<u64>()) {
        let hosts = rule.hosts();
        for host in HOSTS.into_iter().filter(|host| matches(&rule, host, truth)) {
            let named = hosts.names.iter().any(|name| name == host);
            let fits = hosts.regexps.iter().any(|regexp| regexp.contains(host));
            prop_assert!(named || fits || hosts.any, "{} matches {}", rule, host);
        }
    }
}

#[test]
fn what_is_too_deep_or_long_is_not_judged() {
    let nested = |depth| format!("{}Host(`a`){}", "(".repeat(depth), ")".repeat(depth));
    assert!(rule::parse(Section::Http, &nested(200)).is_ok());
    for text in [nested(2_000), nested(20_000), "Host(`a`)||".repeat(10_000)] {
        let read = rule::parse(Section::Http, &text);
        assert!(matches!(read, Err(RuleError::Unchecked(_))), "{read:?}");
    }
    // A long chain is not a deep tree.
    let chain = format!("{}!!!!!!Host(`a`)", "Host(`a`)||".repeat(5_000));
    let rule = rule::parse(Section::Http, &chain).unwrap();
    assert!(matches!(rule, Rule::Or(parts) if parts.len() == 5_001));
}

/// A rule of the form that reading gives.
fn any_rule() -> impl Strategy<Value = Rule> {
    any_matcher().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 2..5).prop_map(|parts| {
                Rule::And(flat(parts, |part| match part {
                    Rule::And(parts) => Ok(parts),
                    other => Err(other),
                }))
            }),
            vec(inner.clone(), 2..5).prop_map(|parts| {
                Rule::Or(flat(parts, |part| match part {
                    Rule::Or(parts) => Ok(parts),
                    other => Err(other),
                }))
            }),
            inner.prop_map(|part| match part {
                Rule::Not(inner) => *inner,
                other => Rule::Not(Box::new(other)),
            }),
        ]
    })
}

fn flat(parts: Vec<Rule>, open: impl Fn(Rule) -> Result<Vec<Rule>, Rule>) -> Vec<Rule> {
    let parts = parts.into_iter();
    parts
        .flat_map(|part| open(part).unwrap_or_else(|part| vec![part]))
        .collect()
}

fn any_matcher() -> impl Strategy<Value = Rule> {
    let matcher = |name, args| Rule::Matcher(Matcher { name, args });
    prop_oneof![
        select(HOSTS.to_vec()).prop_map(move |host| matcher("Host", vec![host.to_owned()])),
        select(HOSTS.to_vec()).prop_map(move |host| matcher("HostRegexp", vec![host.to_owned()])),
        any_text().prop_map(move |text| matcher("Path", vec![format!("/{text}")])),
        any_text().prop_map(move |text| matcher("Query", vec![format!("q{text}")])),
        (any_text(), any_text())
            .prop_map(move |(a, b)| matcher("Header", vec![format!("h{a}"), format!("v{b}")])),
    ]
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{0,2}", "[`\"\\\\\r\n\u{7f}\u{1F600}é{}a]{0,6}"]
}

/// True if the rule matches a request to this host. The bits decide about the other matchers.
fn matches(rule: &Rule, host: &str, truth: u64) -> bool {
    match rule {
        Rule::And(parts) => parts.iter().all(|part| matches(part, host, truth)),
        Rule::Or(parts) => parts.iter().any(|part| matches(part, host, truth)),
        Rule::Not(part) => !matches(part, host, truth),
        Rule::Matcher(Matcher { name, args }) => match *name {
            "Host" | "HostRegexp" => args[0] == host,
            _ => {
                let sum = args
                    .iter()
                    .flat_map(|arg| arg.bytes())
                    .map(u64::from)
                    .sum::<u64>();
                truth >> (sum % 64) & 1 == 1
            }
        },
    }
}
