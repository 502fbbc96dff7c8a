//! Evaluates the Go templates in a file. Of the environment they read only what they may.

use std::collections::BTreeMap;
use std::ffi::OsString;

use traefik_config::{file_template, shown};

use crate::settings::TEMPLATE_VARIABLES;

/// The beginnings of variables that no pattern opens: the settings of the programs, with their
/// secrets.
const SETTINGS: [&str; 3] = ["TETHER_", "TETHERD_", "DOCKER_"];

/// The environment variables that templates may read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Templates {
    /// Names, in which `*` stands for any characters.
    patterns: Vec<String>,
    values: BTreeMap<String, String>,
}

impl Templates {
    /// Those of these variables that match a pattern.
    pub fn of(
        patterns: &[String],
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Self {
        let mut templates = Self {
            patterns: patterns.to_vec(),
            values: BTreeMap::new(),
        };
        for (name, value) in variables {
            let (Ok(name), Ok(value)) = (name.into_string(), value.into_string()) else {
                continue;
            };
            if templates.allows(&name) {
                templates.values.insert(name, value);
            }
        }
        templates
    }

    /// True if the text has templates.
    pub(super) fn are_in(bytes: &[u8]) -> bool {
        bytes.windows(2).any(|two| two == b"{{")
    }

    /// The content of a file with its templates evaluated.
    pub(super) fn render(&self, name: &str, bytes: &[u8]) -> Result<String, String> {
        let source = str::from_utf8(bytes).map_err(|error| error.to_string())?;
        file_template::render(name, source, &|variable| self.variable(variable))
    }

    /// The value of a variable; empty if it is not set, as in Traefik.
    fn variable(&self, name: &str) -> Result<String, String> {
        if !self.allows(name) {
            return Err(format!(
                "the variable `{}` may not be read: name it in --template-env, or call it \
                 {TEMPLATE_VARIABLES}…",
                shown(name)
            ));
        }
        Ok(self.values.get(name).cloned().unwrap_or_default())
    }

    fn allows(&self, name: &str) -> bool {
        let is_setting = SETTINGS.iter().any(|start| name.starts_with(start));
        (!is_setting || name.starts_with(TEMPLATE_VARIABLES))
            && self.patterns.iter().any(|pattern| matches(pattern, name))
    }
}

/// True if the pattern, in which `*` stands for any characters, describes the whole name.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(mut left) = name.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        match left.find(part) {
            Some(at) => left = &left[at + part.len()..],
            None => return false,
        }
    }
    left.ends_with(last)
}

#[cfg(test)]
mod tests;
