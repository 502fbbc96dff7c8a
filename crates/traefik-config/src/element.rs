//! Describes one entry of Traefik's dynamic configuration, and its position in the document.

use std::fmt;

use go_compat::excerpt::shown;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A top-level part of the dynamic configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Section {
    /// `http`
    Http,
    /// `tcp`
    Tcp,
    /// `udp`
    Udp,
    /// `tls`
    Tls,
}

/// The kind of an element within its section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// `routers`
    Routers,
    /// `services`
    Services,
    /// `middlewares`
    Middlewares,
    /// `serversTransports`
    ServersTransports,
    /// `options` (TLS)
    Options,
    /// `stores` (TLS)
    Stores,
    /// `certificates` (TLS): a list in the document, so an element's name is only its index.
    Certificates,
}

/// One router, service, middleware, transport or TLS entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Element {
    /// The part of the configuration it belongs to.
    pub section: Section,
    /// Its kind.
    pub kind: Kind,
    /// Its name as its owner wrote it, without a provider.
    pub name: String,
    /// Its definition, typed by the schema: an object with Traefik's field names.
    pub body: Value,
    /// True if it was not written by anyone: a default router, or a service made for a container.
    #[serde(default, skip_serializing_if = "is_false")]
    pub implicit: bool,
}

/// Identifies an element: no two elements of one configuration have the same key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The section.
    pub section: Section,
    /// The kind.
    pub kind: Kind,
    /// The name within both.
    pub name: String,
}

impl Key {
    /// The key of this element.
    pub fn new(section: Section, kind: Kind, name: impl Into<String>) -> Self {
        Self {
            section,
            kind,
            name: name.into(),
        }
    }
}

impl fmt::Display for Key {
    /// For messages, such as ``http router `web` ``.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, name) = (self.kind.singular(), shown(&self.name));
        write!(f, "{} {kind} `{name}`", self.section)
    }
}

impl Element {
    /// Sorts elements by their position.
    pub(crate) fn order(one: &Self, other: &Self) -> std::cmp::Ordering {
        let place = |element: &Self| (element.section, element.kind);
        place(one)
            .cmp(&place(other))
            .then_with(|| one.name.cmp(&other.name))
    }

    /// The element's position in the configuration.
    pub fn key(&self) -> Key {
        Key::new(self.section, self.kind, &self.name)
    }
}

/// True for what exists only once in Traefik: the default TLS store and options.
pub fn is_global(key: &Key) -> bool {
    key.section == Section::Tls
        && matches!(key.kind, Kind::Options | Kind::Stores)
        && key.name == "default"
}

impl Section {
    /// All sections, in the order in which they are written.
    pub const ALL: [Self; 4] = [Self::Http, Self::Tcp, Self::Udp, Self::Tls];

    /// The name in the document and in labels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Tls => "tls",
        }
    }
}

impl Kind {
    /// All kinds, in the order in which they are written.
    pub const ALL: [Self; 7] = [
        Self::Routers,
        Self::Services,
        Self::Middlewares,
        Self::ServersTransports,
        Self::Options,
        Self::Stores,
        Self::Certificates,
    ];

    /// The name in the document and in labels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Routers => "routers",
            Self::Services => "services",
            Self::Middlewares => "middlewares",
            Self::ServersTransports => "serversTransports",
            Self::Options => "options",
            Self::Stores => "stores",
            Self::Certificates => "certificates",
        }
    }

    /// The name of one of them, for messages.
    pub fn singular(self) -> &'static str {
        match self {
            Self::Routers => "router",
            Self::Services => "service",
            Self::Middlewares => "middleware",
            Self::ServersTransports => "serversTransport",
            Self::Options => "TLS options",
            Self::Stores => "TLS store",
            Self::Certificates => "certificate",
        }
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn is_false(value: &bool) -> bool {
    !value
}
