//! Runs the text cases: each file of a folder is an input, a rule line, and the expected output.
//!
//! They read as documentation. To add one, write the input and the rule line, run the test with
//! `UPDATE_EXPECT=1`, and read what it wrote.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use traefik_config::link::{self, Context};
use traefik_config::rule::{self, Syntax};
use traefik_config::{
    Constraints, DefaultRule, Element, Kind, Problem, Section, TraefikVersion, labels, validate,
};

const RULE: &str = "----------\n";

#[test]
fn labels_mean_what_traefik_makes_of_them() {
    check_folder("tests/cases", |input| {
        let container = Container::read(input);
        let labels = &container.labels;
        let mut out = String::new();
        match labels::is_enabled(labels, true) {
            Ok(true) => {}
            Ok(false) => return "not enabled\n".to_owned(),
            Err(problem) => return line(&problem),
        }
        let decoded = labels::decode(labels);
        decoded
            .problems
            .iter()
            .for_each(|problem| out += &line(problem));
        if decoded.is_rejected() {
            assert_eq!(decoded.elements, []);
            return out + "refused\n";
        }
        let context = Context {
            name: &container.name,
            project: container.compose.as_ref().map(|(project, _)| &**project),
            service: container.compose.as_ref().map(|(_, service)| &**service),
            labels,
            default_rule: &container.default_rule,
        };
        let (elements, problems) = link::link(decoded.elements, &context);
        problems.iter().for_each(|problem| out += &line(problem));
        elements.iter().for_each(|element| out += &shown(element));
        out
    });
}

#[test]
fn constraints_match_as_in_traefik() {
    check_folder("tests/constraints", |input| {
        let mut labels = BTreeMap::new();
        let mut out = String::new();
        for line in input.lines() {
            if let Some(label) = line.strip_prefix("@label ") {
                let (key, value) = label.split_once('=').unwrap();
                labels.insert(unescape(key), unescape(value));
                continue;
            }
            match Constraints::parse(&unescape(line)) {
                Ok(all) if all.matches(&labels) => writeln!(out, "yes    {line}").unwrap(),
                Ok(_) => writeln!(out, "no     {line}").unwrap(),
                Err(fault) => writeln!(out, "error  {line}\n       {fault}").unwrap(),
            }
        }
        out
    });
}

#[test]
fn elements_are_accepted_as_traefik_does() {
    check_folder("tests/validate", |input| {
        let (version, input) = version(input);
        let (head, body) = input
            .split_once('\n')
            .expect("a line with the element's place");
        let element = element(head, serde_json::from_str(body).expect("a JSON body"));
        let validate = |element: &Element| validate::validate_for(element, version);
        match validate::canonical_for(&element, version) {
            Err(problems) => {
                assert!(validate(&element).is_err());
                problems.iter().map(line).collect()
            }
            Ok(same) if same == element => {
                assert_eq!(validate(&element), Ok(()));
                "accepted\n".to_owned()
            }
            Ok(canonical) => {
                assert_eq!(validate(&canonical), Ok(()));
                let strict = validate(&element).err().unwrap_or_default();
                let strict: String = strict.iter().map(line).collect();
                format!(
                    "{strict}accepted, in Traefik's own words:\n{}",
                    shown(&canonical)
                )
            }
        }
    });
}

#[test]
fn rules_are_read_as_by_traefik() {
    check_folder("tests/rules", |input| {
        let (mut section, mut syntax) = (Section::Http, Syntax::V3);
        let mut out = String::new();
        for line in input.lines() {
            match line {
                "@tcp" => section = Section::Tcp,
                "@v2" => syntax = Syntax::V2,
                rule => out += &judged(section, syntax, rule),
            }
        }
        out
    });
}

/// A rule as it was written, as it is printed, and its hosts; or its error.
fn judged(section: Section, syntax: Syntax, written: &str) -> String {
    let mut out = format!("{written}\n");
    let text = unescape(written);
    match rule::parse_as(section, syntax, &text) {
        Ok(rule) => {
            let hosts = rule.hosts();
            writeln!(out, "    = {}", rule.to_string().escape_debug()).unwrap();
            let mut names = hosts.names;
            names.extend(hosts.wildcards);
            names.extend(hosts.regexps.iter().map(|regexp| format!("/{regexp}/")));
            names.extend(hosts.any.then(|| "any".to_owned()));
            writeln!(out, "    hosts: {}", names.join(", ")).unwrap();
        }
        Err(error) => writeln!(out, "    {error}").unwrap(),
    }
    out
}

/// Runs each file of a folder. The lines that begin with `#` describe it.
fn check_folder(folder: &str, run: impl Fn(&str) -> String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no cases in {}", folder.display());
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let mut failed = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        assert!(text.starts_with("# "), "{name} does not say what it shows");
        let (head, expected) = text.split_once(RULE).unwrap_or((&text, ""));
        let input: String = head
            .lines()
            .filter(|line| !line.starts_with('#') && !line.is_empty())
            .flat_map(|line| [line, "\n"])
            .collect();
        let actual = run(&input);
        if actual == expected {
            continue;
        }
        if update {
            fs::write(&file, format!("{head}{RULE}{actual}")).unwrap();
        } else {
            failed.push(format!("{name}: expected\n{expected}\nbut it is\n{actual}"));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// `@name web`, `@compose project/service`, `@default-rule template`, and a label for each other
/// line.
struct Container {
    name: String,
    compose: Option<(String, String)>,
    labels: BTreeMap<String, String>,
    default_rule: DefaultRule,
}

impl Container {
    fn read(input: &str) -> Self {
        let mut container = Self {
            name: "app".to_owned(),
            compose: None,
            labels: BTreeMap::new(),
            default_rule: DefaultRule::default(),
        };
        for line in input.lines() {
            if let Some(name) = line.strip_prefix("@name ") {
                container.name = name.to_owned();
            } else if let Some(rule) = line.strip_prefix("@default-rule ") {
                container.default_rule = rule.parse().unwrap();
            } else if let Some(compose) = line.strip_prefix("@compose ") {
                let (project, service) = compose.split_once('/').unwrap();
                container.compose = Some((project.to_owned(), service.to_owned()));
            } else {
                let (key, value) = line.split_once('=').unwrap();
                container.labels.insert(unescape(key), unescape(value));
            }
        }
        container
    }
}

/// `\u{7f}` stands for the character of that number.
fn unescape(text: &str) -> String {
    let mut parts = text.split("\\u{");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (number, rest) = part.split_once('}').unwrap();
        out.extend(char::from_u32(u32::from_str_radix(number, 16).unwrap()));
        out += rest;
    }
    out
}

/// `@traefik 3.3` on a line of its own selects the version of Traefik. The default is the newest.
fn version(input: &str) -> (TraefikVersion, &str) {
    match input.strip_prefix("@traefik ") {
        None => (TraefikVersion::NEWEST, input),
        Some(rest) => {
            let (version, rest) = rest.split_once('\n').unwrap();
            (version.parse().unwrap(), rest)
        }
    }
}

fn element(head: &str, body: Value) -> Element {
    let words: Vec<&str> = head.splitn(3, ' ').collect();
    let [section, kind, name] = words[..] else {
        panic!("`{head}` is not `section kind name`");
    };
    Element {
        section: *Section::ALL
            .iter()
            .find(|one| one.as_str() == section)
            .unwrap(),
        kind: *Kind::ALL.iter().find(|one| one.as_str() == kind).unwrap(),
        name: unescape(name),
        body,
        implicit: false,
    }
}

fn shown(element: &Element) -> String {
    let mut out = format!("{} {} {}", element.section, element.kind, element.name);
    if element.implicit {
        out += " (implicit)";
    }
    writeln!(out, "\n{:#}", element.body).unwrap();
    out
}

fn line(problem: &Problem) -> String {
    let word = |value: Value| value.as_str().unwrap().to_owned();
    let severity = serde_json::to_value(problem.severity).map(word).unwrap();
    let code = serde_json::to_value(problem.code).map(word).unwrap();
    format!("{severity} {code}: {}\n", problem.message)
}
