//! Compares the default rule with Go: each template of `tests/default_rules/*.txt` gives the result
//! of Go's text/template with sprig.
//!
//! A file is a container, then cases: a rule line, a template, and its outcome. The outcomes are
//! Go's: `tests/default_rules/go` is the program that wrote them. To add a case, write its
//! template and run that. Of errors only the phase is compared, because our messages differ.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use traefik_config::{DefaultRule, link};

const RULE: &str = "----------\n";

#[test]
fn templates_give_what_go_gives() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/default_rules");
    let files = fs::read_dir(folder).unwrap();
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "txt"));
    files.sort();
    let mut cases = 0;
    let mut wrong = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let mut parts = text.split(RULE);
        let container = Container::read(parts.next().unwrap());
        for case in parts {
            let (template, expected) = case.trim_end_matches('\n').rsplit_once('\n').unwrap();
            let (phase, outcome) = container.outcome(template);
            let same = match phase {
                "->" => expected == outcome.trim_end(),
                phase => expected.starts_with(phase),
            };
            cases += 1;
            if !same {
                let name = file.file_name().unwrap().to_string_lossy();
                wrong.push(format!(
                    "{name}: {template}\n  Go   {expected}\n  ours {outcome}"
                ));
            }
        }
    }
    assert!(cases > 600, "only {cases} cases: are they all there?");
    assert!(
        wrong.is_empty(),
        "{} of {cases} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn every_function_of_traefik_is_there_or_refused_with_a_reason() {
    let names = include_str!("default_rules/go/functions.list");
    assert!(names.lines().count() > 200);
    let ours: Vec<&str> = DefaultRule::functions()
        .flat_map(|(_, names)| names)
        .collect();
    for name in names.lines() {
        let error = format!("{{{{ {name} }}}}").parse::<DefaultRule>().err();
        match error {
            None => assert!(ours.contains(&name), "{name} is not listed"),
            Some(why) => {
                assert!(!ours.contains(&name), "{name} is listed: {why}");
                assert!(why.contains("cannot be used here: "), "{why}");
            }
        }
    }
    for name in ours {
        assert!(
            names.lines().any(|known| known == name),
            "Traefik has no {name}"
        );
    }
}

#[test]
fn the_book_lists_the_functions() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/src/default-rule.md");
    let page = fs::read_to_string(page).unwrap();
    for (group, mut names) in DefaultRule::functions() {
        names.sort_unstable();
        // Those that sprig has under a second name do the same.
        names.retain(|name| !name.starts_with("must"));
        let row = format!("| {group} | `{}` |", names.join("` `"));
        assert!(
            page.contains(&row),
            "docs/src/default-rule.md lacks this row:\n{row}"
        );
    }
}

/// The error of a template, or of its rendering for a container `web`.
fn error(template: &str) -> String {
    let rule: Result<DefaultRule, String> = template.parse();
    match rule {
        Err(why) => why,
        Ok(rule) => rule.render("web", "web", &BTreeMap::new()).unwrap_err(),
    }
}

#[test]
fn errors_say_what_to_do() {
    let check = |template: &str, expected: &str| assert_eq!(error(template), expected);
    check(
        "Host(`{{ normalise .Name }}`)",
        "at character 10: there is no function `normalise`; did you mean `normalize`?",
    );
    check(
        "{{ .Name }}\n {{ env \"HOME\" }}",
        "at line 2, character 5: the function `env` cannot be used here: it would \
         read the agent's environment, not Traefik's: write the value into the rule",
    );
    check(
        "{{ .ServiceName }}",
        "at character 4: there is no .ServiceName; the fields are .Name, .ContainerName and .Labels",
    );
    check(
        "{{ .Labels.com-docker }}",
        "at character 11: the character '-' cannot follow a name; read a label whose name has dashes \
         or dots with `index .Labels \"its-name\"`",
    );
    check(
        "{{ lower .Labels.nope }}",
        "at character 10: `lower`: expects a string, got nothing",
    );
    check(
        "{{ get .Labels \"a\" }}",
        "at character 8: `get`: expects a dictionary, got the map of labels: read a label with \
         `index .Labels \"name\"`",
    );
    check(
        "{{ repeat (add 1 2) .Name }}",
        "at character 11: `repeat`: expects a whole number, got an int64 (convert it with `int`)",
    );
    check(
        "{{ .Name",
        "at character 9: the action is not closed: write }}",
    );
    check(
        "{{ if .Name }}a",
        "at character 16: the template ends here, before an {{ end }}",
    );
    check(
        "{{ index (list 1) 3 }}",
        "at character 4: `index`: index 3 is out of range: the length is 1",
    );
    check("{{ fail \"no\" }}", "at character 4: `fail`: no");
}

#[test]
fn what_go_would_do_differently_is_an_error() {
    let check = |template: &str, expected: &str| {
        let error = error(template);
        assert!(error.contains(expected), "{template}: {error}");
    };
    check("{{ trunc 2 \"aé\" }}", "cuts a letter in two");
    check("{{ \"\\xff\" }}", "not UTF-8");
    check("{{ b64dec \"%\" }}", "not base64 of UTF-8 text");
    check("{{ 1i }}", "not a number");
    check("{{ 0x1p4 }}", "not a number");
    check(
        "{{ printf \"%#v\" (list 1) }}",
        "supported only for strings",
    );
    check("{{ printf \"%x\" 1.5 }}", "floating-point numbers");
}

/// Checks that a template ends in this error.
#[track_caller]
fn check_limit(template: &str, expected: &str) {
    let error = error(template);
    assert!(error.contains(expected), "{template}: {error}");
}

/// No template can block the agent or exhaust its memory: this and the two
/// tests below end in errors within a moment.
#[test]
fn nothing_takes_long() {
    let steps = "takes more than 50000 steps";
    check_limit(
        "{{ range until 4000 }}{{ range until 4000 }}{{ end }}{{ end }}",
        steps,
    );
    check_limit("{{ range 1000000000000 }}{{ end }}", steps);
    check_limit(
        "{{ $x := list 1 2 }}{{ $a := until 2000 }}{{ $b := reverse $a }}{{ range 99 }}{{ has 3 $b }}{{ end }}",
        steps,
    );
    check_limit("{{ uniq (until 4000) }}", steps);
    check_limit(
        "{{ range 9999 }}{{ regexMatch \"a\" \"b\" }}{{ end }}",
        steps,
    );
    check_limit(
        "{{ $x := repeat 60000 \"a\" }}{{ range 9999 }}{{ $y := print $x }}{{ end }}",
        steps,
    );
    check_limit(
        "{{ $x := repeat 60000 \"a\" }}{{ range 9999 }}{{ $y := contains \"b\" $x }}{{ end }}",
        steps,
    );
    check_limit(
        "{{ mustRegexFind \"a\" (repeat 5000 \"b\") }}",
        "a string of more than 4096 bytes",
    );
}

#[test]
fn no_text_grows_long() {
    let text = "a string of more than 65536 bytes";
    check_limit("{{ repeat 1000000000 \"abc\" }}", text);
    check_limit("{{ repeat 9223372036854775807 \"abc\" }}", text);
    check_limit(
        "{{ $x := \"ab\" }}{{ range 40 }}{{ $x = print $x $x }}{{ end }}",
        text,
    );
    check_limit(
        "{{ $x := \"ab\" }}{{ range 40 }}{{ $x = replace \"a\" $x $x }}{{ end }}",
        text,
    );
    check_limit(
        "{{ range until 4000 }}{{ repeat 100 \"a\" }}{{ end }}",
        text,
    );
    check_limit("{{ indent 70000 \"a\" }}", text);
    check_limit("{{ printf \"%70000d\" 1 }}", "the width is more than 65536");
    check_limit(
        "{{ printf \"%.*f\" 999999 1.5 }}",
        "the width is more than 65536",
    );
}

#[test]
fn nothing_nests_deep_or_holds_much() {
    let items = "a list of more than 4096 items";
    check_limit("{{ until 1000000000 }}", items);
    check_limit("{{ untilStep 0 -9223372036854775808 -1 }}", items);
    check_limit("{{ splitList \"\" (repeat 5000 \"a\") }}", items);
    check_limit(
        "{{ $x := until 100 }}{{ range 40 }}{{ $x = concat $x $x }}{{ end }}",
        items,
    );
    let nested = "lists more than 16 deep";
    check_limit(
        "{{ $x := list }}{{ range 40 }}{{ $x = list $x $x }}{{ end }}",
        nested,
    );
    check_limit(
        "{{ $x := dict }}{{ range 40 }}{{ $x = dict \"a\" $x }}{{ end }}",
        nested,
    );
    let deep = "nested more than";
    check_limit(
        &"{{ "
            .repeat(2)
            .replace("{{ {{ ", &format!("{{{{ {}", "(".repeat(5000))),
        deep,
    );
    check_limit(&"{{ if 1 }}".repeat(1000), deep);
    check_limit(
        "{{ define \"a\" }}{{ template \"a\" }}{{ end }}{{ template \"a\" }}",
        "deep",
    );
    check_limit("{{ template \"defaultRule\" }}", "deep");
    check_limit(&"x".repeat(20_000), "longer than 16384 bytes");
    let pattern = format!(
        "{{{{ mustRegexFind \"{}\" \"a\" }}}}",
        "(a{1,1000}){1,1000}"
    );
    check_limit(&pattern, "regular expression");
    check_limit(
        &format!("{{{{ mustRegexFind \"{}\" \"\" }}}}", "a".repeat(2000)),
        "1024",
    );
}

struct Container {
    name: String,
    container_name: String,
    labels: BTreeMap<String, String>,
}

impl Container {
    /// `@name web`, `@compose project/service`, and a label from each other line.
    fn read(head: &str) -> Self {
        let mut container_name = "app".to_owned();
        let mut labels = BTreeMap::new();
        for line in head.lines().filter(|line| !line.starts_with("# ")) {
            if let Some(name) = line.strip_prefix("@name ") {
                container_name = name.to_owned();
            } else if let Some(compose) = line.strip_prefix("@compose ") {
                let (project, service) = compose.split_once('/').unwrap();
                for (key, value) in [("project", project), ("service", service)] {
                    labels.insert(format!("com.docker.compose.{key}"), value.to_owned());
                }
            } else {
                let (key, value) = line.split_once('=').unwrap();
                labels.insert(key.to_owned(), value.to_owned());
            }
        }
        let label = |key: &str| labels.get(key).map(String::as_str);
        let project = label("com.docker.compose.project");
        let service = label("com.docker.compose.service");
        Self {
            name: link::default_name(&container_name, project, service),
            container_name,
            labels,
        }
    }

    /// The phase in which it ends, and the line that Go's program would write for it.
    fn outcome(&self, template: &str) -> (&'static str, String) {
        let rule: DefaultRule = match template.parse() {
            Ok(rule) => rule,
            Err(why) => return ("-x parse: ", format!("-x parse: {why}")),
        };
        match rule.render(&self.name, &self.container_name, &self.labels) {
            Ok(text) => ("->", format!("-> {}", escaped(&text))),
            Err(why) => ("-x render: ", format!("-x render: {why}")),
        }
    }
}

fn escaped(text: &str) -> String {
    let text = text
        .replace('\\', "\\\\")
        .replace('\n', "\\n")
        .replace('\r', "\\r")
        .replace('\t', "\\t");
    match text.strip_suffix(' ') {
        Some(rest) => format!("{rest}\\s"),
        None => text,
    }
}
