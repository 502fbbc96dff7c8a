use super::*;

#[track_caller]
fn check(pattern: &str, matches: &[&str], others: &[&str]) {
    let regex = Regex::new(pattern).unwrap();
    for text in matches {
        assert!(regex.is_match(text), "{pattern} matches {text:?}");
    }
    for text in others {
        assert!(!regex.is_match(text), "{pattern} does not match {text:?}");
    }
}

#[test]
fn it_matches_anywhere_and_case_counts() {
    check("b", &["abc"], &["ABC", ""]);
    check("^b$", &["b"], &["abc", "b\n"]);
    check("", &["", "x"], &[]);
    check("(?i)é", &["É"], &["e"]);
    check("a.c", &["aéc"], &["a\nc"]);
    check("(?s)a.c(?-s)", &["a\nc"], &[]);
}

#[test]
fn shorthands_are_about_ascii() {
    check("^\\d$", &["7"], &["٣"]);
    check("^\\w$", &["a", "_"], &["é"]);
    check("^\\s$", &[" ", "\t"], &["\u{a0}", "\u{b}"]);
    check("\\bx", &["éx"], &["ax"]);
    check("a\\B", &["ab"], &["aé"]);
    check("^[\\d\\D]$", &["٣"], &[]);
    check("^[^\\W]$", &["a"], &["é"]);
    check("^\\pL\\p{Greek}\\P{^Lu}$", &["éαA"], &["éαa", "éaA"]);
    check("^[[:alpha:][:^ascii:]]$", &["a", "é"], &["1"]);
}

#[test]
fn what_rust_reads_otherwise() {
    check("^[[a]$", &["[", "a"], &["]"]);
    check("^[a&&b]$", &["a", "&", "b"], &["c"]);
    check("^[+--~]$", &["+", ",", "-", "~"], &["a"]);
    check("^[]a-]$", &["]", "a", "-"], &["b"]);
    check("^[^]a]$", &["b"], &["]", "a"]);
    check("^{x}{,2}$", &["{x}{,2}"], &["x"]);
    check("^a{2}$", &["aa"], &["a"]);
    check("^\\Qa.b*\\E+$", &["a.b**"], &["axb*"]);
    check("^\\012\\x41\\x{42}$", &["\nAB"], &[]);
    check("^(?P<1>a)(?<n>b)()$", &["ab"], &[]);
    check("^(?ii-is:A)(?:b)$", &["Ab"], &["ab"]);
    check("^(?U)a+?(?-U)#  ~&$", &["aa#  ~&"], &["aa#~&"]);
}

#[test]
fn expressions_that_go_rejects_are_errors() {
    for bad in ["(", "a**", "(?=a)", "(?x)a", "[b-a]"] {
        assert!(Regex::new(bad).is_err(), "{bad}");
    }
    assert!(
        Regex::new("(?:\\pL{1000}){0}(?:\\pL{900})").is_err_and(|why| why.contains("too large"))
    );
}
