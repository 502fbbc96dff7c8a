//! One container and this host's addresses in; what the container asks for, its servers with
//! host and port and the reason for each, or its problems out.
//!
//! A service that cannot be reached costs the container all its elements, as in Traefik: with
//! only one service gone, requests for it could fall through to another router.

mod binding;
mod labels;
mod port;

use serde_json::{Map, Value};
use traefik_config::link::{Context, link};
use traefik_config::{Choice, Code, Element, Kind, Problem, Section, Severity};

use crate::address::{Address, Facts};
use crate::docker::{Container, Health, Network, Port, Protocol};
use labels::Said;

/// What one container is resolved against.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// The running containers of the same engine.
    pub containers: &'a [Container],
    /// What is known of this host's addresses.
    pub facts: &'a Facts,
    /// What [`crate::address::choose`] makes of them.
    pub address: &'a Result<Address, String>,
    /// True: containers need no `traefik.enable=true`.
    pub exposed_by_default: bool,
}

/// What a container asks for; none if it asks for nothing, or its health check does not pass.
pub fn resolve(
    container: &Container,
    surroundings: &Surroundings<'_>,
) -> Option<traefik_config::Container> {
    if container.health != Health::Good {
        return None;
    }
    let mut resolved = traefik_config::Container {
        id: container.id.clone(),
        name: container.name.clone(),
        project: container.label("com.docker.compose.project").map(str::to_owned),
        service: container.label("com.docker.compose.service").map(str::to_owned),
        created: container.created,
        stopping: container.stopping,
        ..Default::default()
    };
    match traefik_config::labels::is_enabled(&container.labels, surroundings.exposed_by_default) {
        Ok(false) => return None,
        Ok(true) => fill(&mut resolved, container, surroundings),
        Err(problem) => resolved.problems.push(problem),
    }
    // Served by default only: it never asked, so it has nothing to be told.
    let asked = container.labels.keys().any(|key| labels::is_ours(key));
    if !asked && resolved.elements.is_empty() {
        return None;
    }
    for problem in &mut resolved.problems {
        problem.origin.container = Some(resolved.name.clone());
    }
    Some(resolved)
}

fn fill(
    resolved: &mut traefik_config::Container,
    container: &Container,
    surroundings: &Surroundings<'_>,
) {
    let decoded = traefik_config::labels::decode(&container.labels);
    let refused = decoded.is_refused();
    resolved.problems = decoded.problems;
    if refused {
        return;
    }
    let context = Context {
        name: &resolved.name,
        project: resolved.project.as_deref(),
        service: resolved.service.as_deref(),
        labels: &container.labels,
    };
    let (mut elements, problems) = link(decoded.elements, &context);
    resolved.problems.extend(problems);
    let (said, problems) = Said::read(&container.labels, &elements);
    let mut failed = problems.iter().any(|problem| problem.severity == Severity::Error);
    resolved.problems.extend(problems);

    let unneeded = unneeded(&elements);
    elements.retain_mut(|element| {
        match serve(element, container, &said, surroundings) {
            Ok(choices) => {
                resolved.choices.extend(choices);
                true
            }
            // Made by us for a router that then took another: nobody asked for it.
            Err(_) if unneeded.contains(&(element.section, element.name.clone())) => false,
            Err(problem) => {
                failed = true;
                resolved.problems.push(problem);
                true
            }
        }
    });
    if failed {
        resolved.choices.clear();
    } else {
        resolved.elements = elements;
    }
}

/// The services that nobody wrote down and no router of the container uses.
fn unneeded(elements: &[Element]) -> Vec<(Section, String)> {
    let used = |service: &Element| {
        elements.iter().any(|router| {
            let uses = router.body.get("service").and_then(Value::as_str).unwrap_or_default();
            let name = uses.strip_suffix("@docker").unwrap_or(uses);
            (router.section, router.kind) == (service.section, Kind::Routers)
                && name == service.name
        })
    };
    elements
        .iter()
        .filter(|element| element.kind == Kind::Services && element.implicit && !used(element))
        .map(|element| (element.section, element.name.clone()))
        .collect()
}

/// Fills in the servers of a load balancer.
fn serve(
    element: &mut Element,
    container: &Container,
    said: &Said,
    surroundings: &Surroundings<'_>,
) -> Result<Vec<Choice>, Problem> {
    let (section, name) = (element.section, element.name.clone());
    let servers = (element.kind == Kind::Services)
        .then(|| element.body.pointer_mut("/loadBalancer/servers"))
        .flatten()
        .and_then(Value::as_array_mut);
    let mut choices = Vec::new();
    for server in servers.into_iter().flatten() {
        let Value::Object(server) = server else { continue };
        let service = Service { section, name: &name, container, said, surroundings };
        choices.push(service.server(server)?);
    }
    Ok(choices)
}

/// One service of one container, on its way to a server.
struct Service<'a> {
    section: Section,
    name: &'a str,
    container: &'a Container,
    said: &'a Said,
    surroundings: &'a Surroundings<'a>,
}

impl Service<'_> {
    fn server(&self, server: &mut Map<String, Value>) -> Result<Choice, Problem> {
        let take = |server: &mut Map<String, Value>, field: &str| match server.remove(field) {
            Some(Value::String(text)) if !text.is_empty() => Some(text),
            _ => None,
        };
        if let Some(url) = take(server, "url") {
            let choice = self.given(&url)?;
            server.insert("url".to_owned(), url.into());
            return Ok(choice);
        }
        let wanted = take(server, "port").map(|port| self.number(&port)).transpose()?;
        let scheme = take(server, "scheme").unwrap_or_else(|| "http".to_owned());
        if !SCHEMES.contains(&scheme.as_str()) {
            let label = self.label("scheme");
            let message = format!("{}: the scheme is http, https or h2c", self.what());
            return Err(Problem::error(Code::BadValue, message).of_label(label));
        }
        let (address, port, reason) = self.place(wanted)?;
        let (field, value) = match self.section {
            Section::Http => ("url", format!("{scheme}://{}:{port}", address.in_url())),
            _ => ("address", format!("{}:{port}", address.in_url())),
        };
        server.insert(field.to_owned(), value.into());
        Ok(Choice { service: self.name.to_owned(), address: address.to_string(), port, reason })
    }

    /// Where the gateway reaches the service.
    fn place(&self, wanted: Option<u16>) -> Result<(crate::address::Host, u16, String), Problem> {
        let address = match self.said.of(self.name) {
            Some(said) => said,
            None => match self.surroundings.address {
                Ok(address) => address,
                Err(why) => return Err(Problem::error(Code::NoAddress, why)),
            },
        };
        let ports = match self.ports()? {
            Ports::Host => {
                let Some(port) = wanted else {
                    let message = format!(
                        "{} has no port: with host networking nothing is published, so write \
                         the label {}=PORT",
                        self.what(),
                        self.label("port")
                    );
                    return Err(Problem::error(Code::NoPort, message));
                };
                let reason =
                    format!("host networking: port {port} as it is; {}", because(address));
                return Ok((address.host.clone(), port, reason));
            }
            Ports::Published(ports) => ports,
        };
        let found = port::choose(ports, self.protocol(), wanted)
            .map_err(|fault| self.refuse(fault.code, &fault.message))?;
        let place = binding::choose(&found.bindings, address, self.surroundings.facts)
            .map_err(|why| {
                let message = format!("port {} {why}", found.private);
                self.refuse(Code::UnreachableBinding, &message)
            })?;
        let reason = format!("{} as {}; {}", found.reason, place.port, place.reason);
        Ok((place.host, place.port, reason))
    }

    /// The ports that lead to this container.
    fn ports(&self) -> Result<Ports<'_>, Problem> {
        let (network, ports) = match &self.container.network {
            Network::Of(other) => {
                let Some(other) = self.surroundings.containers.iter().find(|c| c.is(other)) else {
                    let message = format!(
                        "it uses the network of container {}, which does not run: start it",
                        other.get(..12).unwrap_or(other)
                    );
                    return Err(self.refuse(Code::NoPort, &message));
                };
                (&other.network, &other.ports)
            }
            own => (own, &self.container.ports),
        };
        Ok(if *network == Network::Host { Ports::Host } else { Ports::Published(ports) })
    }

    fn protocol(&self) -> Protocol {
        if self.section == Section::Udp { Protocol::Udp } else { Protocol::Tcp }
    }

    fn number(&self, text: &str) -> Result<u16, Problem> {
        match text.trim().parse() {
            Ok(port) if port != 0 => Ok(port),
            _ => {
                let label = self.label("port");
                let message = format!("{label}: `{text}` is no port: write 1 to 65535");
                Err(Problem::error(Code::BadValue, message).of_label(label))
            }
        }
    }

    /// A server that a label gives whole.
    fn given(&self, url: &str) -> Result<Choice, Problem> {
        let label = self.label("url");
        let parsed = url.split_once("://").filter(|(scheme, _)| SCHEMES.contains(scheme));
        let uri = parsed.and_then(|(_, rest)| format!("http://{rest}").parse::<hyper::Uri>().ok());
        let host = uri.as_ref().and_then(|uri| uri.host()).filter(|host| !host.is_empty());
        let (Some((scheme, _)), Some(uri), Some(host)) = (parsed, &uri, host) else {
            let message = format!("{label}: `{url}` is no URL: write http://HOST:PORT");
            return Err(Problem::error(Code::BadValue, message).of_label(label));
        };
        Ok(Choice {
            service: self.name.to_owned(),
            address: host.trim_start_matches('[').trim_end_matches(']').to_owned(),
            port: uri.port_u16().unwrap_or(if scheme == "https" { 443 } else { 80 }),
            reason: "the label gives the whole URL".to_owned(),
        })
    }

    fn refuse(&self, code: Code, message: &str) -> Problem {
        let problem = Problem::error(code, format!("{}: {message}", self.what()));
        let label = self.label("port");
        let key = self.container.labels.keys().find(|key| key.eq_ignore_ascii_case(&label));
        match key {
            Some(key) => problem.of_label(key),
            None => problem,
        }
    }

    fn what(&self) -> String {
        format!("{} service `{}`", self.section, self.name)
    }

    fn label(&self, field: &str) -> String {
        format!("traefik.{}.services.{}.loadbalancer.server.{field}", self.section, self.name)
    }
}

/// The schemes that Traefik has for its servers.
const SCHEMES: [&str; 3] = ["http", "https", "h2c"];

/// How ports lead to a container.
enum Ports<'a> {
    /// It uses the host's own.
    Host,
    /// By publishing these.
    Published(&'a [Port]),
}

fn because(address: &Address) -> String {
    format!("{} because {}", address.host, address.reason)
}
