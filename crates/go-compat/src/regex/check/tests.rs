use super::check;

#[test]
fn what_go_compiles_is_taken() {
    for good in [
        "",
        "^(.+\\.)?example\\.com$",
        "a|b||",
        "()*",
        "(?i)a(?s-m:.)(?U)",
        "(?P<n>a)(?<n>b)(?P<1>c)",
        "a{,2}{x}{2,1x}",
        "{subdomain}.example.com",
        "b{1,2}?c??",
        "(?:(?:a{10}){10}){10}",
        "(?:a{1000}){0}",
        "a*(?i)*",
        "\\Qa.b*\\E+\\Qopen",
        "[]a][^]a][a-][-a][a\\-z][[:alpha:]\\d\\pL-]",
        "[[a][a&&b]",
        "\\p{Old_Italic}\\p{uppercase-letter}",
        "\\x41\\x{10FFFF}\\012\\0\\_\\<\\pN\\p{Greek}\\P{^Lu}",
        "é+",
    ] {
        assert_eq!(check(good), Ok(()), "{good}");
    }
}

#[test]
fn expressions_that_go_rejects_are_errors() {
    for bad in [
        "(",
        ")",
        "a)",
        "[a",
        "[",
        "[]",
        "[^]",
        "*",
        "a|*",
        "(*a)",
        "a**",
        "a*+",
        "a{2}{3}",
        "a{1001}",
        "a{2,1}",
        "(?:a{100}){11}",
        "(?=a)",
        "(?!a)",
        "(?<=a)",
        "(?P<>a)",
        "(?P<a b>c)",
        "(?P=n)",
        "(?x)a",
        "(?-)a",
        "(?i--s)a",
        "(?",
        "\\",
        "\\8",
        "\\1",
        "\\C",
        "\\Z",
        "\\y",
        "\\é",
        "\\xg0",
        "\\x{}",
        "\\x{110000}",
        "[b-a]",
        "[a-\\d]",
        "[[:foo:]]",
        "\\pX",
        "\\p{}",
        "\\p{Greek",
        "\\p{Geek}",
        "\\E",
    ] {
        assert!(check(bad).is_err(), "{bad}");
    }
}
