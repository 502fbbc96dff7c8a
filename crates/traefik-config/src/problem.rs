//! Describes why something that a user asked for is not routed, or not as intended.

use serde::{Deserialize, Serialize};

use crate::{Kind, Section};

mod code;
mod texts;

pub use code::Code;

/// One thing that a user asked for and does not get, with the remedy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Problem {
    /// The origin of the problem.
    #[serde(default)]
    pub origin: Origin,
    /// The kind of problem.
    pub code: Code,
    /// The cause, the thing concerned and the remedy, in one line for people.
    pub message: String,
    /// Its severity.
    pub severity: Severity,
    /// The element that it concerns, with its owner's name for it: `http.routers.NAME`. None if it
    /// concerns several or is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub element: Option<String>,
}

/// The origin of something. Unknown fields are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Origin {
    /// The agent's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The engine's endpoint, as in the agent's settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
    /// The container's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// The label's key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The name of the hub's local file, or of one file in its directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

/// The severity of a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing is lost, but something differs from what was written.
    Info,
    /// Something works, but less than was asked for.
    Warning,
    /// Something is not routed.
    Error,
}

impl Problem {
    /// An error, without an origin yet.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    /// A warning, without an origin yet.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message)
    }

    /// A note, without an origin yet.
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

    /// The same problem, of this origin.
    #[must_use]
    pub fn of_origin(mut self, origin: Origin) -> Self {
        self.origin = origin;
        self
    }

    /// The same problem, of this label.
    #[must_use]
    pub fn of_label(mut self, label: impl Into<String>) -> Self {
        self.origin.label = Some(label.into());
        self
    }

    /// The same problem, of this container; none if the name is empty.
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

    /// The same problem, of this engine of this agent; no engine if the endpoint is empty.
    #[must_use]
    pub fn of_engine(mut self, agent: &str, engine: &str) -> Self {
        self.origin.agent = Some(agent.to_owned());
        self.origin.engine = Some(engine.to_owned()).filter(|engine| !engine.is_empty());
        self
    }
}
