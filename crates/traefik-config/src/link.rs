//! Links the elements of one container as Traefik does: a container without a service or a router
//! gets one of each, and a router gets its service.

use std::collections::BTreeMap;

use go_compat::excerpt::shown;
use go_compat::letters;
use serde_json::{Map, Value, json};

pub use crate::names::{default_name, normalize};
use crate::values::{self, Fault};
use crate::{Code, DefaultRule, Element, Kind, Problem, Section, rule};

/// The facts about a container that linking needs.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Its name without the leading slash.
    pub name: &'a str,
    /// The compose project.
    pub project: Option<&'a str>,
    /// The compose service.
    pub service: Option<&'a str>,
    /// Its labels.
    pub labels: &'a BTreeMap<String, String>,
    /// The rule of HTTP routers that have none.
    pub default_rule: &'a DefaultRule,
}

/// Links the elements of one container.
///
/// A router that cannot be linked is left out, with a problem. If a service cannot have a server,
/// all elements of the container are left out. Afterwards every load balancer has at least one
/// server; an implicit one is an empty object, to be filled in once the address is known.
///
/// A router with an invalid rule stays: Traefik disables only this router, and shows it.
pub fn link(elements: Vec<Element>, context: &Context<'_>) -> (Vec<Element>, Vec<Problem>) {
    let default = default_name(context.name, context.project, context.service);
    let mut linker = Linker {
        elements,
        context,
        default,
        problems: Vec::new(),
    };
    if let Err(problem) = linker.run() {
        linker.elements.clear();
        linker.problems.push(problem);
    }
    linker.elements.sort_by(Element::order);
    let rules = linker.elements.iter();
    linker.problems.extend(rules.filter_map(|element| {
        let problem = rule::check(element)?;
        Some(of_rule_label(problem, element, context.labels))
    }));
    let faults = linker.elements.iter().flat_map(values::check);
    linker
        .problems
        .extend(faults.map(|fault| of_value_label(fault, context.labels)));
    (linker.elements, linker.problems)
}

impl Context<'_> {
    /// Renders the default rule, or says why there is none.
    fn given_rule(&self, name: &str) -> Result<String, Option<String>> {
        let rule = self.default_rule.render(name, self.name, self.labels);
        match rule {
            Ok(rule) if rule.is_empty() => Err(None),
            Ok(rule) => Ok(rule),
            Err(why) => Err(Some(format!("fails for this container: {why}"))),
        }
    }
}

struct Linker<'a> {
    elements: Vec<Element>,
    context: &'a Context<'a>,
    default: String,
    problems: Vec<Problem>,
}

impl Linker<'_> {
    /// An error takes out all elements of the container.
    fn run(&mut self) -> Result<(), Problem> {
        let mut streams = false;
        for section in [Section::Tcp, Section::Udp] {
            if self.has(section, Kind::Routers) || self.has(section, Kind::Services) {
                streams = true;
                self.services(section)?;
                self.routers(section);
            }
        }
        let read = [Kind::Routers, Kind::Middlewares, Kind::Services];
        if streams && !read.into_iter().any(|kind| self.has(Section::Http, kind)) {
            return Ok(());
        }
        self.services(Section::Http)?;
        if !self.has(Section::Http, Kind::Routers) {
            self.default_router();
        }
        self.routers(Section::Http);
        Ok(())
    }

    fn has(&self, section: Section, kind: Kind) -> bool {
        self.of(section, kind).next().is_some()
    }

    fn of(&self, section: Section, kind: Kind) -> impl Iterator<Item = &Element> {
        let all = self.elements.iter();
        all.filter(move |element| (element.section, element.kind) == (section, kind))
    }

    /// Gives the section a service if it has none, and every service a server.
    fn services(&mut self, section: Section) -> Result<(), Problem> {
        if !self.has(section, Kind::Services) {
            self.make(section, Kind::Services, json!({ "loadBalancer": {} }))?;
        }
        for element in &mut self.elements {
            if (element.section, element.kind) == (section, Kind::Services) {
                give_server(element)?;
            }
        }
        Ok(())
    }

    fn default_router(&mut self) {
        if self.of(Section::Http, Kind::Services).count() > 1 {
            self.problems.push(Problem::info(
                Code::NotLinked,
                "this container has several services, so no router is made for it: add a router \
                 that names its service",
            ));
        } else if let Err(problem) = self.make(Section::Http, Kind::Routers, json!({})) {
            self.problems.push(problem);
        }
    }

    /// Adds an implicit element.
    fn make(&mut self, section: Section, kind: Kind, body: Value) -> Result<(), Problem> {
        if self.default.is_empty() {
            return Err(Problem::error(
                Code::NotLinked,
                format!(
                    "no name for a {} can be made from the container's name: set one in a label",
                    kind.singular()
                ),
            ));
        }
        self.elements.push(Element {
            section,
            kind,
            name: self.default.clone(),
            body,
            implicit: true,
        });
        Ok(())
    }

    /// Gives every router a rule and a service, or leaves it out.
    fn routers(&mut self, section: Section) {
        let services = self.of(section, Kind::Services);
        let services: Vec<String> = services.map(|service| service.name.clone()).collect();
        let Self {
            elements,
            context,
            default,
            problems,
        } = self;
        elements.retain_mut(|element| {
            if (element.section, element.kind) != (section, Kind::Routers) {
                return true;
            }
            match link_router(element, &services, context, default) {
                Ok(()) => true,
                Err(problem) => {
                    problems.push(problem);
                    false
                }
            }
        });
    }
}

fn link_router(
    router: &mut Element,
    services: &[String],
    context: &Context<'_>,
    default: &str,
) -> Result<(), Problem> {
    let (section, name) = (router.section, router.name.as_str());
    let what = || format!("{section} router `{}`", shown(name));
    let Value::Object(body) = &mut router.body else {
        return Err(Problem::error(
            Code::Invalid,
            format!("{} is not an object", what()),
        ));
    };
    if is_unset(body, "rule") {
        match section {
            Section::Http => {
                let rule = match context.given_rule(default) {
                    Ok(rule) => rule,
                    // An empty rule leaves out a container without a router of its own.
                    Err(None) if router.implicit => {
                        let message = "no router is made for this container, because the \
                                       default rule is empty for it";
                        return Err(Problem::info(Code::NoRule, message));
                    }
                    Err(why) => {
                        let why = why.unwrap_or_else(|| "is empty for this container".to_owned());
                        let message = format!("{} has no rule, and the default rule {why}", what());
                        return Err(Problem::error(Code::NoRule, message));
                    }
                };
                body.insert("rule".to_owned(), rule.into());
            }
            Section::Tcp => {
                let message = format!("{} has no rule: add one, such as HostSNI(`*`)", what());
                return Err(Problem::error(Code::NoRule, message));
            }
            Section::Udp | Section::Tls => {}
        }
    }
    if is_unset(body, "service") {
        let [service] = services else {
            let message = format!(
                "{} names no service, and its container has several ({}): name one of them",
                what(),
                shown(&services.join(", "))
            );
            return Err(Problem::error(Code::NotLinked, message));
        };
        body.insert("service".to_owned(), service.clone().into());
    }
    Ok(())
}

/// Traefik does not distinguish an empty text from none.
fn is_unset(body: &Map<String, Value>, field: &str) -> bool {
    let text = body.get(field).and_then(Value::as_str);
    text.is_none_or(str::is_empty)
}

/// Adds the label of the rule to a problem. An implicit rule has none.
fn of_rule_label(problem: Problem, router: &Element, labels: &BTreeMap<String, String>) -> Problem {
    let key = format!("traefik.{}.routers.{}.rule", router.section, router.name);
    match labels.keys().find(|label| letters::equal_fold(label, &key)) {
        Some(label) => problem.of_label(label),
        None => problem,
    }
}

/// Adds the first label below the field to a problem.
fn of_value_label(fault: Fault, labels: &BTreeMap<String, String>) -> Problem {
    let Some(element) = &fault.problem.element else {
        return fault.problem;
    };
    let field = letters::lower(&format!("traefik.{element}.{}", fault.field));
    let is_below = |label: &&String| {
        let label = letters::lower(label);
        let rest = label.strip_prefix(&field);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    match labels.keys().find(is_below) {
        Some(label) => fault.problem.of_label(label),
        None => fault.problem,
    }
}

fn give_server(service: &mut Element) -> Result<(), Problem> {
    let (section, name) = (service.section, service.name.as_str());
    let what = || format!("{section} service `{}`", shown(name));
    let balancer = service.body.get_mut("loadBalancer");
    let Some(balancer) = balancer.and_then(Value::as_object_mut) else {
        return Err(Problem::error(
            Code::Invalid,
            format!(
                "{} has no load balancer: set `….loadbalancer.server.port=80`",
                what()
            ),
        ));
    };
    let servers = balancer
        .entry("servers")
        .or_insert_with(|| Value::Array(Vec::new()));
    let Some(servers) = servers.as_array_mut() else {
        return Err(Problem::error(
            Code::Invalid,
            format!("{} has `servers` that are not a list", what()),
        ));
    };
    if servers.is_empty() {
        servers.push(json!({}));
    }
    let written = |field: &str| {
        let text = servers[0].get(field).and_then(Value::as_str);
        text.is_some_and(|text| !text.is_empty())
    };
    if written("url") && (written("port") || written("scheme")) {
        return Err(Problem::error(
            Code::Invalid,
            format!(
                "{} has a `url` and a `port` or `scheme`: set only the `url`",
                what()
            ),
        ));
    }
    Ok(())
}
