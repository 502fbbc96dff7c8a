//! The merge by examples: each file of `merge_cases/` says what some hosts ask for, and below the
//! first rule what Traefik gets, and below the second what people are told.
//!
//! `UPDATE_EXPECT=1` writes both anew. The input is YAML: agent, container, element, definition.
//! - an agent may be `a held`, `a settled`, and `a on tcp://b` for one of several engines, which is
//!   a swarm if `leads c` or `follows c` comes after it, with the swarm's id;
//! - a name that ends in `?` is one that nobody wrote down;
//! - a list in place of a service is a load balancer with these servers;
//! - `local file` in place of an agent is the hub's own, and its containers are files;
//! - `precedence` and `default_entry_points` at the top are the operator's lists, `traefik` is the
//!   version that reads it all.

mod reader;

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tether::merge::{Merged, merge};
use tether::publish::{to_json, to_yaml};
use traefik_config::{Code, Element, Key, Kind, Origin, Problem, Section, TraefikVersion, shown};

use reader::{DEFAULT_ENDPOINT, read};

const RULE: &str = "----------\n";

#[test]
fn every_case_comes_out_as_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/merge_cases");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "txt"));
    files.sort();
    assert!(files.len() >= 20, "the cases are not all there");
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let mut wrong = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let input = text.split_once(RULE).map_or(&*text, |(input, _)| input);
        let (agents, policy) = read(input).unwrap_or_else(|error| panic!("{file:?}: {error}"));
        let merged = merge(&agents, &policy);
        assert_valid(&merged, policy.traefik, &file);
        for problem in &merged.problems {
            assert_named(problem, &file);
        }
        let now = format!(
            "{}\n{RULE}{}{RULE}{}",
            input.trim_end(),
            configuration(&merged),
            told(&merged)
        );
        if update {
            fs::write(&file, now).unwrap();
        } else if now != text {
            wrong.push(format!("{}:\n{}", file.display(), difference(&text, &now)));
        }
    }
    assert!(
        wrong.is_empty(),
        "UPDATE_EXPECT=1 accepts what comes out:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn everything_says_where_it_comes_from() {
    let (agents, policy) = read(
        r#"
        a settled:
          web:
            http.routers.app: { rule: Host(`app.example`), service: app }
            http.services.app: [ "http://10.0.0.1:80" ]
        b on docker:
          one:
            choices: [ { service: app, address: 10.0.0.1, port: 80, reason: the port label } ]
            http.services.app: [ "http://10.0.0.1:80" ]
            http.routers.app: { rule: Host(`app.example`), service: app }
          two:
            stopping: true
            http.services.app: [ "http://10.0.0.1:81" ]
        b on other:
          sole:
            stopping: true
            tcp.services.app: [ "[::1]:80" ]
            choices:
            - { service: other, address: "::1", port: 80, reason: of another service }
            - { service: app, address: "::1", port: 81, reason: of another section }
            - { service: app, address: "::1", port: 80, reason: the only port }
        "#,
    )
    .unwrap();
    let merged = merge(&agents, &policy);
    let parts = |origin: &Origin| {
        let parts = [&origin.agent, &origin.engine, &origin.container];
        parts.map(|part| part.clone().unwrap_or_default()).join("/")
    };
    let element = |section, kind| {
        let element = &merged.elements[&Key::new(section, kind, "app")];
        let servers = element.servers.iter().map(|server| {
            let origin = parts(&server.owner.origin());
            (&*server.address, origin, &*server.reason, server.held)
        });
        let origins: Vec<String> = element.origins().map(|origin| parts(&origin)).collect();
        (origins, servers.collect::<Vec<_>>())
    };
    let (origins, servers) = element(Section::Http, Kind::Routers);
    assert_eq!(origins, ["a/docker/web", "b/docker/one"]);
    assert_eq!(servers, []);
    // Two agents name one server, and one of them is lost: the other one answers for it.
    let (origins, servers) = element(Section::Http, Kind::Services);
    assert_eq!(origins, ["a/docker/web", "b/docker/one", "b/docker/two"]);
    let only = (
        "http://10.0.0.1:80",
        "b/docker/one".to_owned(),
        "the port label",
        false,
    );
    assert_eq!(servers, [only]);
    let (_, servers) = element(Section::Tcp, Kind::Services);
    assert_eq!(
        servers,
        [(
            "[::1]:80",
            "b/other/sole".to_owned(),
            "the only port",
            false
        )]
    );
}

#[test]
fn nothing_comes_out_of_nothing() {
    assert_eq!(to_json(&Merged::default()), b"{}");
    assert_eq!(to_yaml(b"{}"), b"{}\n");
}

#[test]
fn names_in_a_definition_are_sorted() {
    // A feature of serde_json, switched on by any crate, would keep them as they came.
    assert_eq!(json!({ "b": 1, "a": 2 }).to_string(), r#"{"a":2,"b":1}"#);
}

fn configuration(merged: &Merged) -> String {
    String::from_utf8(to_yaml(&to_json(merged))).expect("YAML is text")
}

/// Every problem of the merge names its element, whichever agent sent it.
fn assert_named(problem: &Problem, file: &Path) {
    let found = matches!(
        problem.code,
        Code::Conflict
            | Code::RouterConflict
            | Code::TakesPrecedence
            | Code::Renamed
            | Code::UnresolvedReference
            | Code::InternalService
            | Code::NoHealthCheck
            | Code::ReferenceCycle
            | Code::Invalid
            | Code::NeedsNewerTraefik
    );
    if found {
        let element = problem.element.as_deref().unwrap_or_default();
        let mut parts = element.splitn(3, '.');
        let mut part = || parts.next().unwrap_or_default();
        let (section, kind, name) = (part(), part(), part());
        let kinds = Kind::ALL.iter().find(|one| one.as_str() == kind);
        let word = kinds.map_or("no kind", |kind| kind.singular());
        assert!(
            Section::ALL.iter().any(|one| one.as_str() == section)
                && problem.message.contains(word)
                && problem.message.contains(&format!("`{}`", shown(name))),
            "{}: {element} is not what it is about: {}",
            file.display(),
            problem.message
        );
    }
}

fn told(merged: &Merged) -> String {
    merged.problems.iter().map(line).collect()
}

fn line(problem: &Problem) -> String {
    let origin = &problem.origin;
    let engine = origin
        .engine
        .as_deref()
        .filter(|engine| *engine != DEFAULT_ENDPOINT);
    let parts = [
        origin.file.as_deref(),
        origin.agent.as_deref(),
        engine,
        origin.container.as_deref(),
    ];
    let parts: Vec<&str> = parts.into_iter().flatten().collect();
    let word = |value: Value| value.as_str().unwrap_or_default().to_owned();
    format!(
        "{} {} {}: {}\n",
        word(json!(problem.severity)),
        word(json!(problem.code)),
        parts.join("/"),
        problem.message
    )
}

fn assert_valid(merged: &Merged, version: TraefikVersion, file: &Path) {
    for (key, merged) in merged.elements.iter() {
        let element = Element {
            section: key.section,
            kind: key.kind,
            name: key.name.clone(),
            body: merged.value(),
            implicit: merged.implicit,
        };
        let validated = traefik_config::validate::validate_for(&element, version);
        assert_eq!(
            validated,
            Ok(()),
            "{file:?}: Traefik would refuse what comes out"
        );
    }
}

fn difference(text: &str, now: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (text.lines().collect(), now.lines().collect());
    let gone = old
        .iter()
        .filter(|line| !new.contains(line))
        .map(|line| format!("- {line}\n"));
    let come = new
        .iter()
        .filter(|line| !old.contains(line))
        .map(|line| format!("+ {line}\n"));
    gone.chain(come).collect()
}
