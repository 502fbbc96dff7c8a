//! The fields of a middleware, and what is found wrong with them.

use go_compat::excerpt::shown;
use serde_json::{Map, Value};

use crate::{Code, Element, Problem};

/// A value that is not as it should be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The path of the field below the element, such as `ipAllowList.sourceRange`.
    pub(crate) field: String,
    /// The problem. It has no origin yet.
    pub(crate) problem: Problem,
}

/// A fault without its element.
pub(super) struct Found {
    pub(super) field: &'static str,
    pub(super) message: String,
    /// True if Traefik builds the middleware, which then does not do what was meant.
    pub(super) is_built: bool,
}

impl Found {
    pub(super) fn fault(self, element: &Element, kind: &str) -> Fault {
        let effect = if self.is_built {
            "does not do what was meant"
        } else {
            "cannot be built, so Traefik disables every router that uses it"
        };
        let message = format!(
            "{} middleware `{}` {effect}: {}",
            element.section,
            shown(&element.name),
            self.message
        );
        let severity = if self.is_built {
            Problem::warning
        } else {
            Problem::error
        };
        let problem = severity(Code::BadMiddleware, message);
        Fault {
            field: format!("{kind}.{}", self.field),
            problem: problem.of_element(element.section, element.kind, &element.name),
        }
    }
}

pub(super) fn refused(field: &'static str, message: impl Into<String>) -> Vec<Found> {
    vec![Found {
        field,
        message: message.into(),
        is_built: false,
    }]
}

/// The fields of a middleware.
pub(super) struct Fields<'a>(pub(super) &'a Map<String, Value>);

impl<'a> Fields<'a> {
    pub(super) fn text(&self, field: &str) -> &'a str {
        self.0
            .get(field)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    pub(super) fn list(&self, field: &str) -> Vec<&'a str> {
        let items = self.0.get(field).and_then(Value::as_array);
        items
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(str::trim)
            .collect()
    }

    pub(super) fn part(&self, field: &str) -> Option<Self> {
        self.0.get(field).and_then(Value::as_object).map(Fields)
    }
}
