//! Resolves one service of a container: finds its server with host, port and the reason.

use std::borrow::Cow;

use serde_json::{Map, Value};
use tether_proto::Choice;
use traefik_config::{Code, Problem, Section, Severity};

use super::binding::{self, ServerAddress};
use super::context::ResolveContext;
use super::labels::AddressLabels;
use super::{node, port};
use crate::docker::{Container, NetworkMode, Protocol, Rootless};
use crate::host::{Address, Host};

/// The schemes that Traefik's servers can have.
const SCHEMES: [&str; 3] = ["http", "https", "h2c"];

/// As in `docker ps`, this much of an id is shown.
const SHORT_ID_LEN: usize = 12;

/// One service of one container.
pub(super) struct Service<'a> {
    pub(super) section: Section,
    pub(super) name: &'a str,
    pub(super) container: &'a Container,
    pub(super) labels: &'a AddressLabels,
    pub(super) context: &'a ResolveContext<'a>,
}

/// Why a service has no server, and what to do.
pub(super) struct ServiceError {
    code: Code,
    message: String,
    /// The label with the mistake.
    label: Option<String>,
}

impl Service<'_> {
    /// Replaces the port and the scheme of a server by what the gateway connects to.
    /// Says as well what may be wrong with that.
    pub(super) fn resolve(
        &self,
        server: &mut Map<String, Value>,
    ) -> Result<(Choice, Option<Problem>), ServiceError> {
        let take = |server: &mut Map<String, Value>, field: &str| match server.remove(field) {
            Some(Value::String(text)) if !text.is_empty() => Some(text),
            _ => None,
        };
        if let Some(url) = take(server, "url") {
            let choice = self.given_url(&url)?;
            server.insert("url".to_owned(), url.into());
            return Ok((choice, None));
        }
        let port = take(server, "port");
        let port = port.map(|port| self.parse_port(&port)).transpose()?;
        let scheme = take(server, "scheme").unwrap_or_else(|| "http".to_owned());
        if !SCHEMES.contains(&scheme.as_str()) {
            let message =
                format!("`{scheme}` is not a scheme for servers: write http, https or h2c");
            return Err(self.error(Code::BadValue, "scheme", &message));
        }
        let ServerAddress {
            host,
            port,
            container_port,
            reason,
            doubt,
        } = self.server_address(port)?;
        let (field, value) = match self.section {
            Section::Http => ("url", format!("{scheme}://{}:{port}", host.in_url())),
            _ => ("address", format!("{}:{port}", host.in_url())),
        };
        server.insert(field.to_owned(), value.into());
        let doubt = doubt.map(|doubt| {
            let message = format!("port {} {doubt}", container_port.unwrap_or(port));
            let error = self.error(Code::UnreachableBinding, "port", &message);
            Problem {
                severity: Severity::Warning,
                ..error.into()
            }
        });
        let choice = Choice {
            service: self.name.to_owned(),
            address: host.to_string(),
            port,
            container_port,
            health_port: None,
            reason,
        };
        Ok((choice, doubt))
    }

    /// The address of a port of the container, or of the one that is meant without a label.
    pub(super) fn server_address(
        &self,
        wanted_port: Option<u16>,
    ) -> Result<ServerAddress, ServiceError> {
        let owner = self.network_owner()?;
        if owner.network == NetworkMode::Host {
            return self.in_host_network(wanted_port);
        }
        let (ports, protocol) = (&owner.ports, self.protocol());
        if let Some((host, why)) = self.container_address(owner, wanted_port) {
            let (port, reason) = port::exposed(ports, protocol, wanted_port)
                .map_err(|error| self.error(error.code, "port", &error.message))?;
            let reason = format!("{reason}; {host} because {why}");
            return Ok(ServerAddress {
                host,
                port,
                container_port: None,
                reason,
                doubt: None,
            });
        }
        let published = port::published(ports, protocol, wanted_port)
            .map_err(|error| self.error(error.code, "port", &error.message))?;
        let address = self.host_address()?;
        let found = binding::choose(&published.bindings, &address, self.context.facts);
        let found = found.map_err(|why| {
            let message = format!("port {} {why}", published.private);
            self.error(Code::UnreachableBinding, "port", &message)
        })?;
        Ok(ServerAddress {
            container_port: Some(published.private).filter(|port| *port != found.port),
            reason: format!("{} as {}; {}", published.reason, found.port, found.reason),
            ..found
        })
    }

    /// The container's own address, if it is to be used, and why. A label with the container's
    /// own address means no port of the host.
    fn container_address(
        &self,
        owner: &Container,
        wanted_port: Option<u16>,
    ) -> Option<(Host, String)> {
        let label = self.labels.of(self.name);
        if let Some(label) = label.filter(|label| is_own(&label.host, owner)) {
            return Some((label.host.clone(), label.reason.clone()));
        }
        if port::is_published(&owner.ports, self.protocol(), wanted_port) {
            return None;
        }
        self.routable_address(owner)
    }

    /// The container's address in the first routable network that it is in.
    fn routable_address(&self, owner: &Container) -> Option<(Host, String)> {
        let mut networks = self.context.routable_networks.iter();
        networks.find_map(|name| {
            let mut attachments = owner.attachments.iter();
            let attachment = attachments.find(|attachment| attachment.network == *name)?;
            let ip = attachment.addresses.first()?;
            let reason = format!("it is the container's own in the routable network {name}");
            Some((Host::Ip(*ip), reason))
        })
    }

    fn in_host_network(&self, wanted_port: Option<u16>) -> Result<ServerAddress, ServiceError> {
        let is_rootless_docker = self.context.rootless == Some(Rootless::Docker);
        if is_rootless_docker && self.labels.of(self.name).is_none() {
            let message = "it uses the host network of rootless Docker, which no other host can \
                           reach: publish the port instead (-p HOSTPORT:PORT)";
            return Err(self.error(Code::UnreachableBinding, "port", message));
        }
        let address = self.host_address()?;
        let Address { host, reason, .. } = &*address;
        let port = wanted_port.ok_or_else(|| {
            let message = format!(
                "host networking publishes no port, so a label must name one: set {}",
                self.label("server.port")
            );
            self.error(Code::NoPort, "port", &message)
        })?;
        Ok(ServerAddress {
            host: host.clone(),
            port,
            container_port: None,
            reason: format!("host networking: port {port} as it is; {host} because {reason}"),
            doubt: None,
        })
    }

    /// The address that a label sets, else that of the task's node, else that of this host.
    fn host_address(&self) -> Result<Cow<'_, Address>, ServiceError> {
        let host_address = self.context.address;
        let address = match (self.labels.of(self.name), &self.container.task) {
            (Some(label), _) => Ok(Cow::Borrowed(label)),
            (None, Some(task)) => node::address(task, host_address),
            (None, None) => host_address
                .as_ref()
                .map(Cow::Borrowed)
                .map_err(Clone::clone),
        };
        address.map_err(|message| ServiceError {
            code: Code::NoAddress,
            message,
            label: None,
        })
    }

    /// The container whose network namespace this one uses.
    fn network_owner(&self) -> Result<&Container, ServiceError> {
        let NetworkMode::Container(owner) = &self.container.network else {
            return Ok(self.container);
        };
        let mut running = self.context.containers.iter();
        running
            .find(|container| container.is_named(owner))
            .ok_or_else(|| {
                let message = format!(
                    "it uses the network of the container {}, which does not run: start it; if it was \
                     made anew, as by an update, make this one anew as well (docker compose up -d \
                     --force-recreate), since it keeps the old one's id",
                    owner.get(..SHORT_ID_LEN).unwrap_or(owner)
                );
                self.error(Code::NoPort, "port", &message)
            })
    }

    fn protocol(&self) -> Protocol {
        match self.section {
            Section::Udp => Protocol::Udp,
            Section::Http | Section::Tcp | Section::Tls => Protocol::Tcp,
        }
    }

    fn parse_port(&self, text: &str) -> Result<u16, ServiceError> {
        let number = text.trim().parse().ok().filter(|port| *port != 0);
        number.ok_or_else(|| {
            let message = format!("`{text}` is not a port: write 1 to 65535");
            self.error(Code::BadValue, "port", &message)
        })
    }

    /// A server whose whole URL is in a label.
    fn given_url(&self, url: &str) -> Result<Choice, ServiceError> {
        let (address, port) = host_and_port(url).ok_or_else(|| {
            let message = format!("`{url}` is not the URL of a server: write http://HOST:PORT");
            self.error(Code::BadValue, "url", &message)
        })?;
        Ok(Choice {
            service: self.name.to_owned(),
            address,
            port,
            container_port: None,
            health_port: None,
            reason: "the label gives the whole URL".to_owned(),
        })
    }

    /// An error of this service; `field` is the field of its server whose label is wrong, if that
    /// label is there.
    fn error(&self, code: Code, field: &str, message: &str) -> ServiceError {
        let label = self.label(&format!("server.{field}"));
        let mut labels = self.container.labels.keys();
        let written = labels.find(|key| key.eq_ignore_ascii_case(&label));
        ServiceError {
            code,
            message: format!("{} service `{}`: {message}", self.section, self.name),
            label: written.cloned(),
        }
    }

    /// The label of a field of its load balancer.
    pub(super) fn label(&self, field: &str) -> String {
        let (section, name) = (self.section, self.name);
        format!("traefik.{section}.services.{name}.loadbalancer.{field}")
    }
}

impl ServiceError {
    /// True if there is no port that a gateway reaches.
    pub(super) fn is_about_ports(&self) -> bool {
        matches!(
            self.code,
            Code::NoPort | Code::UnpublishedPort | Code::UnreachableBinding
        )
    }

    /// What is wrong, without the code and the label.
    pub(super) fn message(&self) -> &str {
        &self.message
    }

    /// A note in place of the error, for a service that nothing refers to.
    pub(super) fn into_note_of_unused(mut self) -> Problem {
        self.message += "; no router of the container uses it, so only this service is left out";
        Problem {
            severity: Severity::Info,
            ..self.into()
        }
    }
}

impl From<ServiceError> for Problem {
    fn from(error: ServiceError) -> Self {
        let problem = Self::error(error.code, error.message);
        match error.label {
            Some(label) => problem.of_label(label),
            None => problem,
        }
    }
}

/// True for an address of the container itself.
fn is_own(host: &Host, container: &Container) -> bool {
    let Host::Ip(ip) = host else { return false };
    let mut attachments = container.attachments.iter();
    attachments.any(|attachment| attachment.addresses.contains(ip))
}

/// Host and port of a server's URL, the host without brackets.
fn host_and_port(url: &str) -> Option<(String, u16)> {
    let (scheme, rest) = url.split_once("://")?;
    if !SCHEMES.contains(&scheme) {
        return None;
    }
    let uri: hyper::Uri = format!("http://{rest}").parse().ok()?;
    let host = uri.host().filter(|host| !host.is_empty())?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let default_port = if scheme == "https" { 443 } else { 80 };
    Some((host.to_owned(), uri.port_u16().unwrap_or(default_port)))
}
