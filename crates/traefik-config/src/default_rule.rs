//! Renders Traefik's `defaultRule`, the rule of routers that have none.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use go_compat::template::{Function, GROUPS, Record, Template, Value};

use crate::{names, text};

/// The default of Traefik's Docker provider.
const DEFAULT: &str = "Host(`{{ normalize .Name }}`)";

/// The template's name in Traefik, by which it can call itself.
const TEMPLATE_NAME: &str = "defaultRule";

/// Traefik's own functions.
const TRAEFIK: &[Function] = &[Function::of_text("normalize", |text| {
    Value::text(names::normalize(text))
})];

/// The rule of HTTP routers that have none: a template of Go's text/template with the functions
/// of [`DefaultRule::functions`], as Traefik's option `defaultRule`.
#[derive(Clone)]
pub struct DefaultRule {
    source: Arc<str>,
    template: Arc<Template>,
}

impl DefaultRule {
    /// Renders the rule for a container. It may be empty.
    ///
    /// `name` is the default name of the container's service.
    ///
    /// # Errors
    /// If the template fails for this container, or its result cannot be read by Traefik.
    pub fn render(
        &self,
        name: &str,
        container_name: &str,
        labels: &BTreeMap<String, String>,
    ) -> Result<String, String> {
        let data = Record {
            described: "the container as a whole",
            fields: vec![
                ("Name", Value::Text(name.into())),
                ("ContainerName", Value::Text(container_name.into())),
                ("Labels", Value::string_map(labels)),
            ],
        };
        let rule = self.template.render(&Value::Record(Arc::new(data)))?;
        match text::forbidden(&rule) {
            Some(why) => Err(format!("its result cannot be a rule: {why}")),
            None => Ok(rule),
        }
    }

    /// The names of the functions that a template can use, in named groups.
    pub fn functions() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
        let groups = GROUPS.into_iter().chain([("Traefik's", TRAEFIK)]);
        groups.map(|(group, functions)| (group, functions.iter().map(|one| one.name).collect()))
    }
}

impl FromStr for DefaultRule {
    type Err = String;

    /// # Errors
    /// If it is not a template, or uses an unknown function. The text says where.
    fn from_str(source: &str) -> Result<Self, String> {
        Ok(Self {
            source: source.into(),
            template: Arc::new(Template::parse(TEMPLATE_NAME, source, TRAEFIK)?),
        })
    }
}

impl Default for DefaultRule {
    fn default() -> Self {
        DEFAULT.parse().expect("a test renders it")
    }
}

impl fmt::Display for DefaultRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

impl fmt::Debug for DefaultRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DefaultRule").field(&self.source).finish()
    }
}
