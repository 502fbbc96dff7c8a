//! The merge by examples: each file of `merge_cases/` says what some hosts ask for, and below the
//! first rule what Traefik gets, and below the second what people are told.
//!
//! `UPDATE_EXPECT=1` writes both anew. The input is YAML: agent, container, element, definition.
//! - an agent may be `a held`, `a settled`, and `a on tcp://b` for one of several engines;
//! - a name that ends in `?` is one that nobody wrote down;
//! - a list in place of a service is a load balancer with these servers;
//! - `precedence` at the top is the operator's list.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Value, json};
use tether::document::{document, to_json, to_yaml};
use tether::merge::{AgentRoutes, Hold, Merged, Policy, merge};
use traefik_config::{Choice, Container, Element, Engine, Kind, Problem, RouteSet, Section};

const RULE: &str = "----------\n";
const DEFAULT_ENDPOINT: &str = "docker";

#[test]
fn every_case_comes_out_as_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/merge_cases");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 20, "the cases are not all there");
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let mut wrong = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let input = text.split_once(RULE).map_or(&*text, |(input, _)| input);
        let (agents, policy) = read(input).unwrap_or_else(|error| panic!("{file:?}: {error}"));
        let merged = merge(&agents, &policy);
        assert_valid(&merged, &file);
        let now = format!("{}\n{RULE}{}{RULE}{}", input.trim_end(), configuration(&merged), told(&merged));
        if update {
            fs::write(&file, now).unwrap();
        } else if now != text {
            wrong.push(format!("{}:\n{}", file.display(), difference(&text, &now)));
        }
    }
    assert!(wrong.is_empty(), "UPDATE_EXPECT=1 accepts what comes out:\n{}", wrong.join("\n"));
}

#[test]
fn nothing_comes_out_of_nothing() {
    assert_eq!(to_json(&document(&Merged::default())), b"{}");
    assert_eq!(to_yaml(&document(&Merged::default())), b"{}\n");
}

#[test]
fn names_in_a_definition_are_sorted() {
    // A feature of serde_json, switched on by any crate, would keep them as they came.
    assert_eq!(json!({ "b": 1, "a": 2 }).to_string(), r#"{"a":2,"b":1}"#);
}

fn configuration(merged: &Merged) -> String {
    String::from_utf8(to_yaml(&document(merged))).unwrap()
}

fn told(merged: &Merged) -> String {
    merged.problems.iter().map(line).collect()
}

fn line(problem: &Problem) -> String {
    let origin = &problem.origin;
    let engine = origin.engine.as_deref().filter(|engine| *engine != DEFAULT_ENDPOINT);
    let parts = [origin.agent.as_deref(), engine, origin.container.as_deref()];
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

fn assert_valid(merged: &Merged, file: &Path) {
    for ((section, kind, name), merged) in &merged.elements {
        let element = Element {
            section: *section,
            kind: *kind,
            name: name.clone(),
            body: merged.body.clone(),
            implicit: merged.implicit,
        };
        let validated = traefik_config::validate::validate(&element);
        assert_eq!(validated, Ok(()), "{file:?}: Traefik would refuse what comes out");
    }
}

fn difference(text: &str, now: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (text.lines().collect(), now.lines().collect());
    let gone = old.iter().filter(|line| !new.contains(line)).map(|line| format!("- {line}\n"));
    let come = new.iter().filter(|line| !old.contains(line)).map(|line| format!("+ {line}\n"));
    gone.chain(come).collect()
}

fn read(input: &str) -> Result<(Vec<AgentRoutes>, Policy), String> {
    let mut hosts: serde_yaml_ng::Mapping =
        serde_yaml_ng::from_str(input).map_err(|error| error.to_string())?;
    let mut policy = Policy::default();
    if let Some(names) = hosts.remove("precedence") {
        policy.precedence = serde_yaml_ng::from_value(names).map_err(|error| error.to_string())?;
    }
    let mut agents: BTreeMap<String, (Hold, RouteSet)> = BTreeMap::new();
    for (header, containers) in hosts {
        let header = header.as_str().ok_or("an agent's name is a text")?.to_owned();
        let mut words = header.split(' ');
        let name = words.next().unwrap_or_default();
        let (hold, routes) = agents.entry(name.to_owned()).or_default();
        let mut endpoint = DEFAULT_ENDPOINT;
        while let Some(word) = words.next() {
            match word {
                "held" => *hold = Hold::Held,
                "settled" => *hold = Hold::Settled,
                "on" => endpoint = words.next().ok_or("on which engine?")?,
                other => return Err(format!("`{other}` says nothing about an agent")),
            }
        }
        let containers: Option<BTreeMap<String, CaseContainer>> =
            serde_yaml_ng::from_value(containers).map_err(|error| format!("{header}: {error}"))?;
        let containers = containers.unwrap_or_default();
        routes.engines.push(Engine {
            endpoint: endpoint.to_owned(),
            listed: true,
            containers: containers
                .into_iter()
                .map(|(name, case)| case.container(name))
                .collect::<Result<_, _>>()?,
            ..Engine::default()
        });
    }
    let agents = agents.into_iter();
    let agents = agents.map(|(name, (hold, routes))| AgentRoutes::new(name, &routes).with_hold(hold));
    Ok((agents.collect(), policy))
}

#[derive(Deserialize)]
struct CaseContainer {
    project: Option<String>,
    service: Option<String>,
    #[serde(default)]
    created: i64,
    #[serde(default)]
    stopping: bool,
    #[serde(default)]
    choices: Vec<Choice>,
    #[serde(default)]
    problems: Vec<Problem>,
    #[serde(flatten)]
    elements: BTreeMap<String, Value>,
}

impl CaseContainer {
    fn container(self, name: String) -> Result<Container, String> {
        let elements = self.elements.into_iter().map(|(path, body)| element(&path, body));
        Ok(Container {
            id: format!("id of {name}"),
            elements: elements.collect::<Result<_, _>>()?,
            name,
            project: self.project,
            service: self.service,
            created: self.created,
            stopping: self.stopping,
            choices: self.choices,
            problems: self.problems,
        })
    }
}

fn element(path: &str, body: Value) -> Result<Element, String> {
    let wrong = || format!("`{path}` is no element");
    let mut parts = path.splitn(3, '.');
    let mut part = || parts.next().ok_or_else(wrong);
    let (section, kind, name) = (part()?, part()?, part()?);
    let section: Section = serde_json::from_value(json!(section)).map_err(|_| wrong())?;
    let kind: Kind = serde_json::from_value(json!(kind)).map_err(|_| wrong())?;
    let (name, implicit) = match name.strip_suffix('?') {
        Some(name) => (name, true),
        None => (name, false),
    };
    let field = if section == Section::Http { "url" } else { "address" };
    let body = match body {
        Value::Array(servers) => {
            let servers: Vec<Value> = servers.into_iter().map(|one| json!({ field: one })).collect();
            json!({ "loadBalancer": { "servers": servers } })
        }
        body => body,
    };
    Ok(Element { section, kind, name: name.to_owned(), body, implicit })
}
