//! A container's labels in, typed elements and problems out.
//!
//! Labels are read exactly as Traefik reads them, by the schema. A label that cannot be read
//! costs the container its whole configuration, as in Traefik: with only a misspelled router
//! gone, `/admin` without its protection would fall through to the container's open router.

mod fill;
pub(crate) mod raw;
mod tree;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::characters::shown;
use crate::schema::ROOT;
use crate::validate::kinds_problem;
use crate::{Code, Element, Kind, Problem, Section, Severity, go, suggest};
use tree::Node;

/// What a container's labels ask for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decoded {
    /// Sorted by section, kind and name; none if the container is refused.
    pub elements: Vec<Element>,
    /// What was not read, and why.
    pub problems: Vec<Problem>,
}

impl Decoded {
    /// True if a label could not be read: nothing of the container may be routed.
    pub fn is_refused(&self) -> bool {
        refused(&self.problems)
    }
}

/// Reads the labels of one container.
///
/// In the body of a service, `loadBalancer.servers[0]` may hold `port` and `scheme` as the
/// labels give them: whoever knows the address turns them into `url` or `address`.
pub fn decode(labels: &BTreeMap<String, String>) -> Decoded {
    let mut problems = Vec::new();
    let tree = tree::grow(labels, &READ_PREFIXES, &mut problems);
    let mut document = fill::fill(ROOT, &tree, &mut problems);
    let mut elements = take_elements(&mut document);
    not_read_yet(&document, &tree, &mut problems);
    slips(labels, &mut problems);
    not_running(labels, &mut problems);
    if !refused(&problems) {
        problems.extend(elements.iter().filter_map(|one| no_one_kind(one, &tree)));
    }
    if refused(&problems) {
        elements.clear();
    }
    problems.sort_by_key(|problem| Reverse(problem.severity));
    problems.truncate(MAX_PROBLEMS);
    Decoded { elements, problems }
}

/// What `traefik.enable` says, read together with `traefik.docker.*`, as Traefik does.
///
/// An error means that the container is not routed.
pub fn is_enabled(
    labels: &BTreeMap<String, String>,
    exposed_by_default: bool,
) -> Result<bool, Problem> {
    let mut problems = Vec::new();
    let (settings, _) = settings(labels, &mut problems);
    match problems.into_iter().find(is_error) {
        Some(problem) => Err(problem),
        None => Ok(settings
            .get("enable")
            .and_then(Value::as_bool)
            .unwrap_or(exposed_by_default)),
    }
}

/// The most problems that are told of one container, the errors first.
const MAX_PROBLEMS: usize = 50;

/// What Traefik takes the configuration from.
const READ_PREFIXES: [&str; 4] = [
    "traefik.http",
    "traefik.tcp",
    "traefik.udp",
    "traefik.tls.stores.default",
];

/// What Traefik takes the container's settings from.
const SETTINGS_PREFIXES: [&str; 2] = ["traefik.docker.", "traefik.enable"];

/// What may follow `traefik.`, for hints.
const KNOWN_ROOTS: [&str; 7] = ["http", "tcp", "udp", "tls", "enable", "docker", "swarm"];

/// The kinds of elements that are read from labels.
const READ_KINDS: [Kind; 3] = [Kind::Routers, Kind::Services, Kind::Middlewares];

/// The container's settings for the provider, and the labels they come from.
fn settings(
    labels: &BTreeMap<String, String>,
    problems: &mut Vec<Problem>,
) -> (Map<String, Value>, Node) {
    let tree = tree::grow(labels, &SETTINGS_PREFIXES, problems);
    let settings = fill::fill("docker.Labels", &tree, problems);
    (settings, tree)
}

fn is_error(problem: &Problem) -> bool {
    problem.severity == Severity::Error
}

fn refused(problems: &[Problem]) -> bool {
    problems.iter().any(is_error)
}

/// Takes out of a document all that is an element for us.
fn take_elements(document: &mut Map<String, Value>) -> Vec<Element> {
    let mut elements = Vec::new();
    for section in [Section::Http, Section::Tcp, Section::Udp] {
        let Some(Value::Object(kinds)) = document.get_mut(section.as_str()) else {
            continue;
        };
        for kind in READ_KINDS {
            let Some(Value::Object(named)) = kinds.remove(kind.as_str()) else {
                continue;
            };
            elements.extend(named.into_iter().map(|(name, body)| Element {
                section,
                kind,
                name,
                body,
                implicit: false,
            }));
        }
    }
    elements.sort_by_key(Element::key);
    elements
}

/// Traefik refuses a middleware that is not of exactly one kind, and each router that uses it.
fn no_one_kind(element: &Element, tree: &Node) -> Option<Problem> {
    // A service without its kind is told when it is linked.
    let middleware = Some(element).filter(|element| element.kind == Kind::Middlewares)?;
    let problem = kinds_problem(middleware, &middleware.body)?;
    let path = [
        middleware.section.as_str(),
        middleware.kind.as_str(),
        &middleware.name,
    ];
    Some(problem.of_label(first_label(tree, &path)))
}

/// A warning for all that Traefik would take from these labels and we do not.
fn not_read_yet(rest: &Map<String, Value>, tree: &Node, problems: &mut Vec<Problem>) {
    for (section, kinds) in rest {
        for (kind, named) in members(kinds) {
            for (name, _) in members(named) {
                let label = first_label(tree, &[section, kind, name]);
                let message = format!(
                    "label {}: Traefik reads it, tether does not yet: set it in a file",
                    shown(&label)
                );
                problems.push(Problem::warning(Code::NotReadYet, message).of_label(label));
            }
        }
    }
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// A warning if a stopped container asks to stay routed.
fn not_running(labels: &BTreeMap<String, String>, problems: &mut Vec<Problem>) {
    // What cannot be read here is told by `is_enabled`.
    let (settings, tree) = settings(labels, &mut Vec::new());
    let wanted = settings
        .get("docker")
        .and_then(|docker| docker.get("allowNonRunning"));
    if wanted == Some(&Value::Bool(true)) {
        let label = first_label(&tree, &["docker", "allowNonRunning"]);
        let message = format!(
            "label {}: Traefik reads it, tether does not yet: only running containers are routed",
            shown(&label)
        );
        problems.push(Problem::warning(Code::NotReadYet, message).of_label(label));
    }
}

/// A warning for each label that is probably misspelled right after `traefik.`.
fn slips(labels: &BTreeMap<String, String>, problems: &mut Vec<Problem>) {
    let read = |key: &str| {
        let mut prefixes = READ_PREFIXES.iter().chain(&SETTINGS_PREFIXES);
        prefixes.any(|prefix| tree::begins_with(key, prefix))
    };
    for key in labels.keys().filter(|key| !read(key)) {
        let mut parts = key.split('.');
        let (Some(tree::ROOT), Some(name)) = (parts.next(), parts.next()) else {
            continue;
        };
        let known = KNOWN_ROOTS
            .iter()
            .any(|root| root.eq_ignore_ascii_case(name));
        if let Some(hint) = suggest::nearest(name, KNOWN_ROOTS).filter(|_| !known) {
            let message = format!(
                "label {}: Traefik does not read it; did you mean `traefik.{hint}`?",
                shown(key)
            );
            problems.push(Problem::warning(Code::UnknownField, message).of_label(key));
        }
    }
}

/// The first label of what stands at a path.
fn first_label(tree: &Node, path: &[&str]) -> String {
    let found = path.iter().try_fold(tree, |node, name| {
        let mut children = node.children.iter();
        children.find(|child| go::equal_fold(&child.name, name))
    });
    found.map_or_else(String::new, |node| node.label.clone())
}

fn problem(
    severity: fn(Code, String) -> Problem,
    code: Code,
    node: &Node,
    message: &str,
) -> Problem {
    let message = format!("label {}: {message}", shown(&node.label));
    severity(code, message).of_label(&node.label)
}
