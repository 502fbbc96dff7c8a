//! Finds the servers to try in a snapshot.

use std::collections::BTreeSet;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use traefik_config::{Kind, Section};

use super::finding::{NotTried, Protocol};
use crate::compile::MergedElement;
use crate::publish::Snapshot;

/// The most servers that are tried.
pub(super) const TARGETS_MAX: usize = 10_000;

/// One server to try, as the gateway sees it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    /// What the server should speak.
    pub protocol: Protocol,
    /// Its host.
    pub host: Host,
    /// Its port.
    pub port: u16,
    /// True if a server at such a port usually speaks TLS.
    pub tls_is_usual: bool,
}

/// The host of a server.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Host {
    /// By address.
    Ip(IpAddr),
    /// By name, in lower case.
    Name(Box<str>),
}

/// The servers of this snapshot's services and middlewares that are tried, each once. Names are resolved later.
pub(super) fn targets(snapshot: &Snapshot) -> BTreeSet<Target> {
    let mut targets = BTreeSet::new();
    for environment in snapshot.environments.values() {
        for section in [Section::Http, Section::Tcp] {
            let services = environment.merged.elements.of(section, Kind::Services);
            for target in services.iter().flat_map(|service| of_service(service)) {
                if targets.len() >= TARGETS_MAX {
                    return targets;
                }
                targets.extend(target.ok());
            }
        }
        let middlewares = environment
            .merged
            .elements
            .of(Section::Http, Kind::Middlewares);
        let servers = middlewares.iter().filter_map(|one| of_middleware(one));
        targets.extend(servers.take(TARGETS_MAX - targets.len()));
    }
    targets
}

/// The target of each server of a service, in the order of `servers`.
pub(super) fn of_service(
    service: &MergedElement,
) -> impl Iterator<Item = Result<Target, NotTried>> {
    let section = service.key.section;
    // Few servers of TCP services speak TLS, so most bodies are not decoded.
    let body =
        (section == Section::Tcp && service.body.contains("\"tls\"")).then(|| service.value());
    let has_tls = move |at: usize| {
        let servers = body.as_ref().map(|body| &body["loadBalancer"]["servers"]);
        servers.is_some_and(|servers| is_true(&servers[at]["tls"]))
    };
    let servers = service.servers.iter().enumerate();
    servers.map(move |(at, server)| match section {
        Section::Http => Target::of_url(&server.address, server.container_port),
        Section::Tcp => Target::of_address(&server.address, has_tls(at)),
        Section::Udp | Section::Tls => Err(NotTried::Unsupported),
    })
}

/// The server that a middleware asks, if it asks one.
pub(super) fn of_middleware(middleware: &MergedElement) -> Option<Target> {
    // Few middlewares do, so most bodies are not decoded.
    let asks = middleware.body.contains("\"forwardAuth\"");
    let body = asks.then(|| middleware.value())?;
    Target::of_url(body["forwardAuth"]["address"].as_str()?, None).ok()
}

/// True for a boolean as labels write it too.
fn is_true(value: &serde_json::Value) -> bool {
    let text = value.as_str().map(str::to_lowercase);
    value.as_bool().unwrap_or(false) || matches!(text.as_deref(), Some("true" | "1" | "t"))
}

impl Target {
    /// The server of an HTTP service, with its container's port if that is another one.
    fn of_url(url: &str, container_port: Option<u16>) -> Result<Self, NotTried> {
        let (scheme, rest) = url.split_once("://").ok_or(NotTried::Unreadable)?;
        let protocol = match scheme.to_ascii_lowercase().as_str() {
            "http" | "h2c" => Protocol::Http,
            "https" => Protocol::Https,
            _ => return Err(NotTried::Unreadable),
        };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (_, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        let usual = match protocol {
            Protocol::Https => 443,
            _ => 80,
        };
        let mut target = Self::new(protocol, host, Some(usual))?;
        target.tls_is_usual = is_usual_for_tls(container_port.unwrap_or(target.port));
        Ok(target)
    }

    /// The server of a TCP service.
    fn of_address(address: &str, tls: bool) -> Result<Self, NotTried> {
        let protocol = if tls { Protocol::Tls } else { Protocol::Tcp };
        Self::new(protocol, address, None)
    }

    fn new(protocol: Protocol, address: &str, usual_port: Option<u16>) -> Result<Self, NotTried> {
        let (host, port) = match address.strip_prefix('[') {
            Some(rest) => {
                let (host, port) = rest.split_once(']').ok_or(NotTried::Unreadable)?;
                // A zone is of use for link-local addresses only.
                let host = host.split('%').next().unwrap_or_default();
                let v6: Ipv6Addr = host.parse().map_err(|_| NotTried::Unreadable)?;
                let port = match port.strip_prefix(':') {
                    None if !port.is_empty() => return Err(NotTried::Unreadable),
                    port => port.filter(|port| !port.is_empty()),
                };
                (Host::Ip(v6.into()), port)
            }
            None => match address.split_once(':') {
                Some((host, port)) => (Host::of(host)?, Some(port).filter(|p| !p.is_empty())),
                None => (Host::of(address)?, None),
            },
        };
        let port = match port {
            Some(port) => port.parse().map_err(|_| NotTried::Unreadable)?,
            None => usual_port.ok_or(NotTried::Unreadable)?,
        };
        if port == 0 {
            return Err(NotTried::Unreadable);
        }
        Ok(Self {
            protocol,
            host,
            port,
            tls_is_usual: is_usual_for_tls(port),
        })
    }
}

/// True for port 443 and those that are named after it: 8443, 9443 and so on.
fn is_usual_for_tls(port: u16) -> bool {
    port % 1000 == 443
}

impl Host {
    fn of(text: &str) -> Result<Self, NotTried> {
        if let Ok(address) = text.parse() {
            return Ok(Self::Ip(address));
        }
        let is_letter = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
        if text.is_empty() || !text.chars().all(is_letter) {
            return Err(NotTried::Unreadable);
        }
        Ok(Self::Name(text.to_lowercase().into()))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.protocol {
            Protocol::Http => f.write_str("http://")?,
            Protocol::Https => f.write_str("https://")?,
            Protocol::Tcp | Protocol::Tls => {}
        }
        match &self.host {
            Host::Ip(IpAddr::V6(v6)) => write!(f, "[{v6}]:{}", self.port),
            Host::Ip(v4) => write!(f, "{v4}:{}", self.port),
            Host::Name(name) => write!(f, "{name}:{}", self.port),
        }
    }
}

#[cfg(test)]
mod tests;
