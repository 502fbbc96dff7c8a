//! Why something that a user asked for is not routed, or not as it was asked for.

use serde::{Deserialize, Serialize};

use crate::{Kind, Section};

/// One thing that a user asked for and does not get, with what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Problem {
    /// Who asked for it.
    #[serde(default)]
    pub origin: Origin,
    /// What kind of problem it is.
    pub code: Code,
    /// What happened, to what, and what to do: one line for people.
    pub message: String,
    /// How much it costs.
    pub severity: Severity,
    /// The element that it concerns, as its owner named it: `http.routers.NAME`. None where it
    /// concerns more than one, or whoever told it did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub element: Option<String>,
}

/// Where something comes from; what is not known is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Origin {
    /// The agent's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The engine's endpoint, as the agent was given it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
    /// The container's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// The label's key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The hub's local file, or the one of its directory, by its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

/// How much a problem costs its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing is lost; something is not quite as it was written.
    Info,
    /// Something works, but less than was asked for.
    Warning,
    /// Something is not routed.
    Error,
}

/// The kinds of problems. They are shown, documented and tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// A label's value is not of the form that its field takes.
    BadValue,
    /// A label names a field that Traefik does not have.
    UnknownField,
    /// A label that Traefik reads and we do not read yet.
    NotReadYet,
    /// A label that Traefik reads and applies nowhere.
    NoEffect,
    /// A label or value has a character that Traefik cannot take.
    BadCharacter,
    /// A router has no rule and none can be made for it.
    NoRule,
    /// A router's rule is not one that Traefik takes, or matches nothing; the router is passed on.
    BadRule,
    /// A router names no service and the container has not exactly one.
    NotLinked,
    /// A container's health check does not pass: its services have no server of it.
    NotHealthy,
    /// The port that a label names is not published.
    UnpublishedPort,
    /// No port was named and there is not exactly one that could be meant.
    NoPort,
    /// A port is published on an address that the gateway cannot reach.
    UnreachableBinding,
    /// No address of this host is known at which the gateway could reach it.
    NoAddress,
    /// Two containers of one engine define one name differently.
    Conflict,
    /// Two routers claim the same requests, or one host name with different TLS options.
    RouterConflict,
    /// Two hosts use one name for different things; one of them was renamed.
    Renamed,
    /// An element refers to another that nobody defines.
    UnresolvedReference,
    /// Elements refer to each other in a circle.
    ReferenceCycle,
    /// An element that Traefik would not accept.
    Invalid,
    /// An element that the Traefik in use is too old for.
    NeedsNewerTraefik,
    /// The hub's local file cannot be read or is not understood.
    LocalFile,
    /// An engine tells of a container in a form that the agent does not know.
    Unreadable,
    /// An engine cannot be listed.
    EngineUnreachable,
    /// An agent that was there before has not come back.
    AgentMissing,
    /// An agent's connection is lost; its routes are held.
    AgentHeld,
    /// Another agent of this name is connected.
    DuplicateAgent,
    /// A code that this version does not know: the other side is newer.
    #[serde(other)]
    Unknown,
}

impl Problem {
    /// An error of unknown origin: whoever knows more fills it in.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    /// A warning of unknown origin.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message)
    }

    /// A note of unknown origin.
    pub fn info(code: Code, message: impl Into<String>) -> Self {
        Self::new(Severity::Info, code, message)
    }

    fn new(severity: Severity, code: Code, message: impl Into<String>) -> Self {
        Self {
            origin: Origin::default(),
            code,
            message: message.into(),
            severity,
            element: None,
        }
    }

    /// The same problem, of this element.
    #[must_use]
    pub fn of_element(mut self, section: Section, kind: Kind, name: &str) -> Self {
        self.element = Some(format!("{section}.{kind}.{name}"));
        self
    }

    /// The same problem, of this label.
    #[must_use]
    pub fn of_label(mut self, label: impl Into<String>) -> Self {
        self.origin.label = Some(label.into());
        self
    }

    /// The same problem, of this container; one without a name is none.
    #[must_use]
    pub fn of_container(mut self, container: impl Into<String>) -> Self {
        self.origin.container = Some(container.into()).filter(|name| !name.is_empty());
        self
    }

    /// The same problem, of this file of the hub.
    #[must_use]
    pub fn of_file(mut self, file: impl Into<String>) -> Self {
        self.origin.file = Some(file.into());
        self
    }

    /// The same problem, of this engine of this agent; one without an endpoint is not known.
    #[must_use]
    pub fn of_engine(mut self, agent: &str, engine: &str) -> Self {
        self.origin.agent = Some(agent.to_owned());
        self.origin.engine = Some(engine.to_owned()).filter(|engine| !engine.is_empty());
        self
    }
}
