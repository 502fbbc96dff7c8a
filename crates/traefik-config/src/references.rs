//! Finds and rewrites the places where an element names another one.

use serde_json::Value;

use crate::{Key, Kind, Section};

/// One place where an element names another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reference {
    /// The section of the element that is named.
    pub section: Section,
    /// The kind of the element that is named.
    pub kind: Kind,
    /// The name as it is written, with its provider if it has one; never empty.
    pub name: String,
}

impl Reference {
    /// The name, if it can refer to an element of the same host: without a provider, or with
    /// `docker`.
    pub fn own_name(&self) -> Option<&str> {
        match self.name.rsplit_once('@') {
            None => Some(&self.name),
            Some((name, "docker")) => Some(name),
            Some(_) => None,
        }
    }

    /// The key of the element of this name.
    pub fn key(&self, name: &str) -> Key {
        Key::new(self.section, self.kind, name)
    }
}

/// A section and a kind.
type Part = (Section, Kind);

/// In a path: every item of a list.
const ITEMS: &str = "[]";

const HTTP_ROUTER: Part = (Section::Http, Kind::Routers);
const HTTP_SERVICE: Part = (Section::Http, Kind::Services);
const HTTP_MIDDLEWARE: Part = (Section::Http, Kind::Middlewares);
const HTTP_TRANSPORT: Part = (Section::Http, Kind::ServersTransports);
const TCP_ROUTER: Part = (Section::Tcp, Kind::Routers);
const TCP_SERVICE: Part = (Section::Tcp, Kind::Services);
const TCP_MIDDLEWARE: Part = (Section::Tcp, Kind::Middlewares);
const TCP_TRANSPORT: Part = (Section::Tcp, Kind::ServersTransports);
const UDP_ROUTER: Part = (Section::Udp, Kind::Routers);
const UDP_SERVICE: Part = (Section::Udp, Kind::Services);
const TLS_OPTIONS: Part = (Section::Tls, Kind::Options);

/// Every path of Traefik's dynamic configuration that names another element: from, path, to.
const PLACES: &[(Part, &[&str], Part)] = &[
    (HTTP_ROUTER, &["middlewares", ITEMS], HTTP_MIDDLEWARE),
    (HTTP_ROUTER, &["parentRefs", ITEMS], HTTP_ROUTER),
    (HTTP_ROUTER, &["service"], HTTP_SERVICE),
    (HTTP_ROUTER, &["tls", "options"], TLS_OPTIONS),
    (HTTP_SERVICE, &["failover", "fallback"], HTTP_SERVICE),
    (HTTP_SERVICE, &["failover", "service"], HTTP_SERVICE),
    (
        HTTP_SERVICE,
        &["highestRandomWeight", "services", ITEMS, "name"],
        HTTP_SERVICE,
    ),
    (
        HTTP_SERVICE,
        &["loadBalancer", "serversTransport"],
        HTTP_TRANSPORT,
    ),
    (HTTP_SERVICE, &["middlewares", ITEMS], HTTP_MIDDLEWARE),
    (
        HTTP_SERVICE,
        &["mirroring", "mirrors", ITEMS, "name"],
        HTTP_SERVICE,
    ),
    (HTTP_SERVICE, &["mirroring", "service"], HTTP_SERVICE),
    (
        HTTP_SERVICE,
        &["weighted", "services", ITEMS, "name"],
        HTTP_SERVICE,
    ),
    (
        HTTP_MIDDLEWARE,
        &["chain", "middlewares", ITEMS],
        HTTP_MIDDLEWARE,
    ),
    (HTTP_MIDDLEWARE, &["errors", "service"], HTTP_SERVICE),
    (TCP_ROUTER, &["middlewares", ITEMS], TCP_MIDDLEWARE),
    (TCP_ROUTER, &["service"], TCP_SERVICE),
    (TCP_ROUTER, &["tls", "options"], TLS_OPTIONS),
    (
        TCP_SERVICE,
        &["loadBalancer", "serversTransport"],
        TCP_TRANSPORT,
    ),
    (
        TCP_SERVICE,
        &["weighted", "services", ITEMS, "name"],
        TCP_SERVICE,
    ),
    (UDP_ROUTER, &["service"], UDP_SERVICE),
    (
        UDP_SERVICE,
        &["weighted", "services", ITEMS, "name"],
        UDP_SERVICE,
    ),
];

/// What becomes of a service without the one that it refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It cannot work.
    Needed,
    /// It works as long as it has another one of these.
    Member,
    /// It works.
    Copy,
}

/// How a service uses the one that it refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// What becomes of it without the other.
    pub role: Role,
    /// True if Traefik needs a health check of the other.
    pub checked: bool,
}

/// How the element uses each of its [`references`], in their order.
pub fn usages(section: Section, kind: Kind, body: &Value) -> Vec<Usage> {
    let mut found = Vec::new();
    for (from, path, _) in PLACES {
        if *from == (section, kind) {
            let usage = usage(*from, path, body);
            read(body, path, &mut |_| found.push(usage));
        }
    }
    found
}

fn usage(from: Part, path: &[&str], body: &Value) -> Usage {
    let is_set = |form: &str| body.pointer(&format!("/{form}/healthCheck")).is_some();
    let (role, checked) = match path {
        _ if from.1 != Kind::Services => (Role::Needed, false),
        ["failover", "service"] => {
            let statuses = body.pointer("/failover/errors/status");
            let by_status = statuses.and_then(Value::as_array);
            let by_check = by_status.is_none_or(Vec::is_empty);
            (Role::Member, by_check || is_set("failover"))
        }
        [form @ ("failover" | "weighted" | "highestRandomWeight"), ..] => {
            (Role::Member, is_set(form))
        }
        ["mirroring", "mirrors", ..] => (Role::Copy, false),
        _ => (Role::Needed, false),
    };
    Usage { role, checked }
}

/// True if a service has a health check.
pub fn is_checked(body: &Value) -> bool {
    let forms = body.as_object().into_iter().flatten();
    forms
        .filter_map(|(_, form)| form.get("healthCheck"))
        .any(|check| !check.is_null())
}

/// All references of this element, in the order of its fields and lists.
pub fn references(section: Section, kind: Kind, body: &Value) -> Vec<Reference> {
    let mut found = Vec::new();
    for (from, path, to) in PLACES {
        if *from == (section, kind) {
            read(body, path, &mut |name| {
                found.push(Reference {
                    section: to.0,
                    kind: to.1,
                    name: name.to_owned(),
                });
            });
        }
    }
    found
}

/// Rewrites all references with `rename`, which gets them in the order of [`references`].
pub fn map_references(
    section: Section,
    kind: Kind,
    body: &mut Value,
    mut rename: impl FnMut(Reference) -> String,
) {
    for (from, path, to) in PLACES {
        if *from == (section, kind) {
            write(body, path, &mut |name| {
                *name = rename(Reference {
                    section: to.0,
                    kind: to.1,
                    name: std::mem::take(name),
                });
            });
        }
    }
}

fn read(value: &Value, path: &[&str], found: &mut dyn FnMut(&str)) {
    match (path, value) {
        ([], Value::String(name)) if !name.is_empty() => found(name),
        ([ITEMS, rest @ ..], Value::Array(items)) => {
            for item in items {
                read(item, rest, found);
            }
        }
        ([key, rest @ ..], Value::Object(fields)) => {
            if let Some(value) = fields.get(*key) {
                read(value, rest, found);
            }
        }
        _ => {}
    }
}

fn write(value: &mut Value, path: &[&str], found: &mut dyn FnMut(&mut String)) {
    match (path, value) {
        ([], Value::String(name)) if !name.is_empty() => found(name),
        ([ITEMS, rest @ ..], Value::Array(items)) => {
            for item in items {
                write(item, rest, found);
            }
        }
        ([key, rest @ ..], Value::Object(fields)) => {
            if let Some(value) = fields.get_mut(*key) {
                write(value, rest, found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
