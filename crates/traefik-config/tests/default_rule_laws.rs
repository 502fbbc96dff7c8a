//! Checks laws of the default rule: for any template and labels it ends, does not panic, and gives
//! the same result twice.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use traefik_config::DefaultRule;

/// No rule is longer.
const MAX_RULE: usize = 64 * 1024;

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        cases: ProptestConfig::default().cases.max(1024),
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_text_is_read(text in any::<String>(), labels in labels()) {
        check(&text, &labels);
    }

    #[test]
    fn any_pieces_of_templates_are_read(pieces in vec(piece(), 0..24), labels in labels()) {
        check(&pieces.concat(), &labels);
    }

    /// Templates from the questions to Go, with pieces cut out and added.
    #[test]
    fn templates_with_mistakes_are_read(
        template in select(&**TEMPLATES),
        mistakes in vec((any::<Index>(), 0..4_usize, piece()), 0..4),
        labels in labels(),
    ) {
        let mut text: Vec<char> = template.chars().collect();
        for (place, cut, piece) in mistakes {
            let from = place.index(text.len() + 1);
            let to = (from + cut).min(text.len());
            text.splice(from..to, piece.chars());
        }
        check(&text.iter().collect::<String>(), &labels);
    }

    /// Every function accepts any arguments without a panic.
    #[test]
    fn any_function_takes_any_arguments(
        function in select(&**FUNCTIONS),
        arguments in vec(select(&VALUES[..]), 0..5),
        then in prop::option::of(select(&**FUNCTIONS)),
        labels in labels(),
    ) {
        let mut text = format!("{{{{ {function} {}", arguments.join(" "));
        if let Some(then) = then {
            text += " | ";
            text += then;
        }
        check(&(text + " }}"), &labels);
    }
}

fn check(template: &str, labels: &BTreeMap<String, String>) {
    let Ok(rule) = template.parse::<DefaultRule>() else {
        return;
    };
    let render = || rule.render("web-shop", "shop_web_1", labels);
    let rendered = render();
    assert_eq!(rendered, render());
    if let Ok(rendered) = rendered {
        assert!(rendered.len() <= MAX_RULE);
    }
}

/// The templates of the text cases.
static TEMPLATES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/default_rules");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|file| file.extension().is_some_and(|end| end == "txt"))
        .collect();
    files.sort();
    let mut templates = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(file).unwrap();
        let cases = text.split("----------\n").skip(1);
        templates.extend(cases.filter_map(|case| {
            let (template, _) = case.trim_end_matches('\n').rsplit_once('\n')?;
            Some(template.to_owned())
        }));
    }
    templates
});

static FUNCTIONS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    DefaultRule::functions()
        .flat_map(|(_, names)| names)
        .collect()
});

static VALUES: [&str; 30] = [
    ".",
    ".Name",
    ".ContainerName",
    ".Labels",
    ".Labels.nope",
    "(index .Labels \"a\")",
    "nil",
    "true",
    "0",
    "-1",
    "3",
    "9223372036854775807",
    "-9223372036854775808",
    "1.5",
    "1e300",
    "'a'",
    "\"\"",
    "\"a.b_C-d\"",
    "\"é漢😀\"",
    "\"%5.2d %[3]*q %v\"",
    "\"(a|b)*?[^x]\"",
    "\"$1${a}\"",
    "(list)",
    "(list 1 nil \"a\" (list 2))",
    "(dict)",
    "(dict \"a\" nil \"b\" (dict \"c\" 1))",
    "(splitList \"-\" .Name)",
    "(until 5)",
    "(add 1 2)",
    "(split \"_\" .ContainerName)",
];

static FIXED: [&str; 52] = [
    "{{",
    "}}",
    "{{-",
    "-}}",
    "{{/*",
    "*/}}",
    " ",
    "\n",
    "(",
    ")",
    "|",
    ".",
    "$",
    "$x",
    ":=",
    "=",
    ",",
    "\"",
    "`",
    "'",
    "\\",
    "if",
    "else",
    "end",
    "range",
    "with",
    "define",
    "template",
    "block",
    "break",
    "continue",
    "nil",
    "true",
    "{{ end }}",
    "{{ else }}",
    "{{ if .Name }}",
    "{{ range .Labels }}",
    "{{ range until 9 }}",
    "{{ with .Labels.a }}",
    "{{ $x := .Name }}",
    "{{ define \"t\" }}",
    "{{ template \"t\" . }}",
    "{{ template \"defaultRule\" . }}",
    "Host(`",
    "`)",
    "0",
    "-7",
    "1e9",
    "0x",
    "é",
    "\u{1F600}",
    "\0",
];

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => select(&FIXED[..]).prop_map(str::to_owned).boxed(),
        2 => select(&VALUES[..]).prop_map(str::to_owned).boxed(),
        2 => select(&**FUNCTIONS).prop_map(str::to_owned).boxed(),
        1 => any::<char>().prop_map(String::from).boxed(),
    ]
}

fn labels() -> impl Strategy<Value = BTreeMap<String, String>> {
    let key = prop_oneof![
        select(&["a", "b", "a.b"][..]).prop_map(str::to_owned),
        any::<String>()
    ];
    btree_map(key, any::<String>(), 0..4)
}
