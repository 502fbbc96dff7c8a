use crate::{Section, rule};

#[test]
fn a_rule_is_bounded_by_what_it_names() {
    for (text, names, any) in [
        ("Host(`A.example.`)", vec!["a.example"], false),
        ("Host(`a`) && PathPrefix(`/x`)", vec!["a"], false),
        ("Host(`a`) || PathPrefix(`/x`)", vec!["a"], true),
        ("Host(`a`) || Host(`b`) || Host(`a`)", vec!["a", "b"], false),
        ("(Host(`a`) || Host(`b`)) && Host(`b`)", vec!["b"], false),
        ("Host(`a`) && !Host(`b`)", vec!["a"], false),
        ("!Host(`b`)", vec![], true),
        ("!(!Host(`a`) || Path(`/x`))", vec!["a"], false),
        ("!(!Host(`a`) && Path(`/x`))", vec!["a"], true),
        ("Host(`*`)", vec![], true),
        ("Host(`a`) && Host(`*.b`)", vec!["a"], false),
        ("HostRegexp(`.`) && Host(`a`)", vec!["a"], false),
        ("Header(`X`, `Host(\"no\")`)", vec![], true),
    ] {
        let hosts = rule::parse(Section::Http, text).unwrap().hosts();
        assert_eq!(hosts.names, names, "{text}");
        assert_eq!(hosts.any, any, "{text}");
        assert_eq!(hosts.wildcards, [""; 0], "{text}");
    }
    let text = "HostRegexp(`^[a-z]+$`) || Host(`*.Example.com`)";
    let hosts = rule::parse(Section::Http, text).unwrap().hosts();
    assert_eq!(hosts.wildcards, ["*.example.com"]);
    assert_eq!(hosts.regexps, ["^[a-z]+$"]);
    assert!(!hosts.any && hosts.names.is_empty());
}

#[test]
fn domains_are_those_that_traefik_counts() {
    let text = "HostSNI(`B`) && (HostSNI(`*`) || !HostSNI(`c`)) && !(!HostSNI(`d`))";
    let rule = rule::parse(Section::Tcp, text).unwrap();
    assert_eq!(rule.domains(), ["b", "*", "d"]);
}
