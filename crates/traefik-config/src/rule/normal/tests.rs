use crate::{Section, rule};

#[test]
fn writing_makes_no_difference() {
    let normal = |text| rule::parse(Section::Http, text).unwrap().normal();
    for (one, other) in [
        ("Host(`a`)&&Path(`/x`)", "  host( \"A\" ) && (Path(`/x`,))"),
        ("Host(`a`) && Path(`/x`)", "Path(`/x`) && Host(`a`)"),
        (
            "(Host(`a`) || Host(`b`)) || Host(`c`)",
            "Host(`b`) || (Host(`a`) || Host(`c`))",
        ),
        ("!(Host(`a`) || Host(`b`))", "!Host(`a`) && !Host(`b`)"),
        ("!(Host(`a`) && !Host(`b`))", "!Host(`a`) || Host(`b`)"),
        ("Host(`a`) && Host(`a`)", "!!Host(`a`)"),
        ("Method(`get`)", "Method(`GET`)"),
    ] {
        assert_eq!(normal(one), normal(other), "{one}  {other}");
    }
    for (one, other) in [
        ("Host(`a`) && Path(`/x`)", "Host(`a`) || Path(`/x`)"),
        ("Path(`/x`)", "Path(`/X`)"),
        ("Host(`a`)", "!Host(`a`)"),
        ("Header(`a`, `b`)", "Header(`b`, `a`)"),
    ] {
        assert_ne!(normal(one), normal(other), "{one}  {other}");
    }
}
