//! One service of one container in, its server with host and port and the reason out.

use serde_json::{Map, Value};
use traefik_config::{Choice, Code, Section};

use super::labels::Said;
use super::{Fault, Surroundings, binding, port};
use crate::address::{Address, Host};
use crate::docker::{Container, Network, Port, Protocol};

/// One service of one container, on its way to a server.
pub(super) struct Service<'a> {
    pub(super) section: Section,
    pub(super) name: &'a str,
    pub(super) container: &'a Container,
    pub(super) said: &'a Said,
    pub(super) surroundings: &'a Surroundings<'a>,
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

impl Service<'_> {
    /// Puts what the gateway connects to in the place of the labels' port and scheme.
    pub(super) fn server(&self, server: &mut Map<String, Value>) -> Result<Choice, Fault> {
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
    fn place(&self, wanted: Option<u16>) -> Result<(Host, u16, String), Fault> {
        let address = match (self.said.of(self.name), self.surroundings.address) {
            (Some(address), _) | (None, Ok(address)) => address,
            (None, Err(why)) => {
                let (code, message) = (Code::NoAddress, why.clone());
                return Err(Fault {
                    code,
                    message,
                    label: None,
                });
            }
        };
        let Ports::Published(ports) = self.ports()? else {
            let port = wanted.ok_or_else(|| {
                let message = format!(
                    "with host networking no port is published, so one must be named: write the \
                     label {}",
                    self.label("port")
                );
                self.fault(Code::NoPort, "port", &message)
            })?;
            let Address { host, reason, .. } = address;
            let reason = format!("host networking: port {port} as it is; {host} because {reason}");
            return Ok((host.clone(), port, reason));
        };
        let found = port::choose(ports, self.protocol(), wanted)
            .map_err(|(code, message)| self.fault(code, "port", &message))?;
        let place = binding::choose(&found.bindings, address, self.surroundings.facts);
        let place = place.map_err(|why| {
            let message = format!("port {} {why}", found.private);
            self.fault(Code::UnreachableBinding, "port", &message)
        })?;
        let reason = format!("{} as {}; {}", found.reason, place.port, place.reason);
        Ok((place.host, place.port, reason))
    }

    /// The ports that lead to this container.
    fn ports(&self) -> Result<Ports<'_>, Fault> {
        let owner =
            match &self.container.network {
                Network::Of(other) => {
                    let mut running = self.surroundings.containers.iter();
                    running.find(|container| container.is(other)).ok_or_else(|| {
                    let message = format!(
                        "it uses the network of the container {}, which does not run: start it",
                        other.get(..12).unwrap_or(other)
                    );
                    self.fault(Code::NoPort, "port", &message)
                })?
                }
                Network::Own | Network::Host => self.container,
            };
        Ok(match owner.network {
            Network::Host => Ports::Host,
            Network::Own | Network::Of(_) => Ports::Published(&owner.ports),
        })
    }

    fn protocol(&self) -> Protocol {
        match self.section {
            Section::Udp => Protocol::Udp,
            Section::Http | Section::Tcp | Section::Tls => Protocol::Tcp,
        }
    }

    fn number(&self, text: &str) -> Result<u16, Fault> {
        let number = text.trim().parse().ok().filter(|port| *port != 0);
        number.ok_or_else(|| {
            let message = format!("`{text}` is no port: write 1 to 65535");
            self.fault(Code::BadValue, "port", &message)
        })
    }

    /// A server that a label gives whole.
    fn given(&self, url: &str) -> Result<Choice, Fault> {
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
    fn fault(&self, code: Code, field: &str, message: &str) -> Fault {
        let label = self.label(field);
        let written = self
            .container
            .labels
            .keys()
            .find(|key| key.eq_ignore_ascii_case(&label));
        let message = format!("{} service `{}`: {message}", self.section, self.name);
        Fault {
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
