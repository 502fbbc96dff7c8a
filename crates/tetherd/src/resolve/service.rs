//! One service of one container in, its server with host and port and the reason out.

use std::borrow::Cow;

use serde_json::{Map, Value};
use traefik_config::{Choice, Code, Problem, Section};

use super::context::ResolveContext;
use super::labels::AddressLabels;
use super::{binding, node, port};
use crate::docker::{Container, NetworkMode, Protocol, Rootless};
use crate::host::{Address, Host};

/// One service of one container, on its way to a server.
pub(super) struct Service<'a> {
    pub(super) section: Section,
    pub(super) name: &'a str,
    pub(super) container: &'a Container,
    pub(super) said: &'a AddressLabels,
    pub(super) context: &'a ResolveContext<'a>,
}

/// The schemes that Traefik has for its servers.
const SCHEMES: [&str; 3] = ["http", "https", "h2c"];

impl Service<'_> {
    /// Puts what the gateway connects to in the place of the labels' port and scheme.
    pub(super) fn server(&self, server: &mut Map<String, Value>) -> Result<Choice, ServiceError> {
        let take = |server: &mut Map<String, Value>, field: &str| match server.remove(field) {
            Some(Value::String(text)) if !text.is_empty() => Some(text),
            _ => None,
        };
        if let Some(url) = take(server, "url") {
            let choice = self.given(&url)?;
            server.insert("url".to_owned(), url.into());
            return Ok(choice);
        }
        let wanted = take(server, "port");
        let wanted = wanted.map(|port| self.number(&port)).transpose()?;
        let scheme = take(server, "scheme").unwrap_or_else(|| "http".to_owned());
        if !SCHEMES.contains(&scheme.as_str()) {
            let message = format!("`{scheme}` is no scheme for servers: write http, https or h2c");
            return Err(self.fault(Code::BadValue, "scheme", &message));
        }
        let (host, port, reason) = self.place(wanted)?;
        let (field, value) = match self.section {
            Section::Http => ("url", format!("{scheme}://{}:{port}", host.in_url())),
            _ => ("address", format!("{}:{port}", host.in_url())),
        };
        server.insert(field.to_owned(), value.into());
        let (service, address) = (self.name.to_owned(), host.to_string());
        Ok(Choice {
            service,
            address,
            port,
            reason,
        })
    }

    /// Where the gateway reaches the service, and why there.
    fn place(&self, wanted: Option<u16>) -> Result<(Host, u16, String), ServiceError> {
        let owner = self.owner()?;
        if owner.network == NetworkMode::Host {
            return self.at_host(wanted);
        }
        let (ports, protocol) = (&owner.ports, self.protocol());
        // Who writes down the container's own address means no port of the host.
        let said = self.said.of(self.name);
        let said = said.filter(|address| is_own(&address.host, owner));
        let own = match said {
            Some(address) => Some((address.host.clone(), address.reason.clone())),
            None if port::is_published(ports, protocol, wanted) => None,
            None => self.routable(owner),
        };
        if let Some((host, why)) = own {
            let (port, reason) = port::within(ports, protocol, wanted)
                .map_err(|(code, message)| self.fault(code, "port", &message))?;
            let reason = format!("{reason}; {host} because {why}");
            return Ok((host, port, reason));
        }
        let found = port::choose(ports, protocol, wanted)
            .map_err(|(code, message)| self.fault(code, "port", &message))?;
        let address = self.address()?;
        let place = binding::choose(&found.bindings, &address, self.context.facts);
        let place = place.map_err(|why| {
            let message = format!("port {} {why}", found.private);
            self.fault(Code::UnreachableBinding, "port", &message)
        })?;
        let reason = format!("{} as {}; {}", found.reason, place.port, place.reason);
        Ok((place.host, place.port, reason))
    }

    /// The place of a container that uses the host's network.
    fn at_host(&self, wanted: Option<u16>) -> Result<(Host, u16, String), ServiceError> {
        let is_inner = self.context.rootless == Some(Rootless::Docker);
        if is_inner && self.said.of(self.name).is_none() {
            let message = "it uses the host network of a Docker without root, which nobody else \
                           reaches: publish the port in place of it (-p HOSTPORT:PORT)";
            return Err(self.fault(Code::UnreachableBinding, "port", message));
        }
        let address = self.address()?;
        let Address { host, reason, .. } = &*address;
        let port = wanted.ok_or_else(|| {
            let message = format!(
                "with host networking no port is published, so one must be named: write the \
                 label {}",
                self.label("port")
            );
            self.fault(Code::NoPort, "port", &message)
        })?;
        let reason = format!("host networking: port {port} as it is; {host} because {reason}");
        Ok((host.clone(), port, reason))
    }

    /// The address that a label says, else its node's in a swarm, else this host's.
    fn address(&self) -> Result<Cow<'_, Address>, ServiceError> {
        let here = self.context.address;
        let address = match (self.said.of(self.name), &self.container.task) {
            (Some(said), _) => Ok(Cow::Borrowed(said)),
            (None, Some(task)) => node::address(task, here),
            (None, None) => here.as_ref().map(Cow::Borrowed).map_err(Clone::clone),
        };
        address.map_err(|why| ServiceError {
            code: Code::NoAddress,
            message: why,
            label: None,
        })
    }

    /// The container whose network leads to this one.
    fn owner(&self) -> Result<&Container, ServiceError> {
        let NetworkMode::Container(other) = &self.container.network else {
            return Ok(self.container);
        };
        let mut running = self.context.containers.iter();
        running
            .find(|container| container.is_named(other))
            .ok_or_else(|| {
                let message = format!(
                    "it uses the network of the container {}, which does not run: start it",
                    other.get(..12).unwrap_or(other)
                );
                self.fault(Code::NoPort, "port", &message)
            })
    }

    /// The container's own address in the first routable network that it is in, and why it counts.
    fn routable(&self, owner: &Container) -> Option<(Host, String)> {
        let mut networks = self.context.routable_networks.iter();
        networks.find_map(|name| {
            let mut attachments = owner.attachments.iter();
            let attachment = attachments.find(|attachment| attachment.network == *name)?;
            let ip = attachment.addresses.first()?;
            let reason = format!("it is the container's own in the routable network {name}");
            Some((Host::Ip(*ip), reason))
        })
    }

    fn protocol(&self) -> Protocol {
        match self.section {
            Section::Udp => Protocol::Udp,
            Section::Http | Section::Tcp | Section::Tls => Protocol::Tcp,
        }
    }

    fn number(&self, text: &str) -> Result<u16, ServiceError> {
        let number = text.trim().parse().ok().filter(|port| *port != 0);
        number.ok_or_else(|| {
            let message = format!("`{text}` is no port: write 1 to 65535");
            self.fault(Code::BadValue, "port", &message)
        })
    }

    /// A server that a label gives whole.
    fn given(&self, url: &str) -> Result<Choice, ServiceError> {
        let parts = url
            .split_once("://")
            .filter(|(scheme, _)| SCHEMES.contains(scheme));
        let parts = parts.and_then(|(scheme, rest)| {
            Some((scheme, format!("http://{rest}").parse::<hyper::Uri>().ok()?))
        });
        let host = parts
            .as_ref()
            .and_then(|(_, uri)| uri.host())
            .filter(|host| !host.is_empty());
        let (Some((scheme, uri)), Some(host)) = (&parts, host) else {
            let message = format!("`{url}` is no server's URL: write http://HOST:PORT");
            return Err(self.fault(Code::BadValue, "url", &message));
        };
        Ok(Choice {
            service: self.name.to_owned(),
            address: host
                .trim_start_matches('[')
                .trim_end_matches(']')
                .to_owned(),
            port: uri
                .port_u16()
                .unwrap_or(if *scheme == "https" { 443 } else { 80 }),
            reason: "the label gives the whole URL".to_owned(),
        })
    }

    /// What is wrong with this service, and the label of this field of its server, if there is
    /// one.
    fn fault(&self, code: Code, field: &str, message: &str) -> ServiceError {
        let label = self.label(field);
        let written = self
            .container
            .labels
            .keys()
            .find(|key| key.eq_ignore_ascii_case(&label));
        let message = format!("{} service `{}`: {message}", self.section, self.name);
        ServiceError {
            code,
            message,
            label: written.cloned(),
        }
    }

    fn label(&self, field: &str) -> String {
        let (section, name) = (self.section, self.name);
        format!("traefik.{section}.services.{name}.loadbalancer.server.{field}")
    }
}

/// True if it is an address of the container itself.
fn is_own(host: &Host, container: &Container) -> bool {
    let Host::Ip(ip) = host else { return false };
    let mut attachments = container.attachments.iter();
    attachments.any(|attachment| attachment.addresses.contains(ip))
}

/// Why a service has no server, and what to do.
pub(super) struct ServiceError {
    code: Code,
    message: String,
    /// The label that it is about.
    label: Option<String>,
}

impl From<ServiceError> for Problem {
    fn from(fault: ServiceError) -> Self {
        let problem = Self::error(fault.code, fault.message);
        match fault.label {
            Some(label) => problem.of_label(label),
            None => problem,
        }
    }
}
