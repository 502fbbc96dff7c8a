//! Turns parsed values into JSON, by their type.

use std::fmt::Display;
use std::net::IpAddr;
use std::path::PathBuf;

use clap::ArgMatches;
use serde_json::Value;

use crate::text::without_passwords;

/// Writes values of each type as JSON.
pub struct Formats(Vec<Format>);

/// Gives the values of a setting if they have the type of this format.
type Format = Box<dyn Fn(&ArgMatches, &str) -> Option<Vec<Value>>>;

impl Formats {
    /// The formats of the usual types.
    #[expect(
        clippy::new_without_default,
        reason = "there is no meaningful empty value"
    )]
    pub fn new() -> Self {
        Self(Vec::new())
            .with(|flag: &bool| (*flag).into())
            .with(|number: &u16| (*number).into())
            .with(|number: &usize| (*number).into())
            .with(|path: &PathBuf| path.display().to_string().into())
            .text::<String>()
            .text::<IpAddr>()
    }

    /// Adds a type whose values are written by `Display`.
    #[must_use]
    pub fn text<T: Display + Clone + Send + Sync + 'static>(self) -> Self {
        self.with(|value: &T| value.to_string().into())
    }

    /// Adds a type.
    #[must_use]
    pub fn with<T: Clone + Send + Sync + 'static>(mut self, value: fn(&T) -> Value) -> Self {
        self.0.push(Box::new(move |matches, id| {
            let values = matches.try_get_many::<T>(id).ok()??;
            Some(values.map(value).map(safe).collect())
        }));
        self
    }

    /// The values of a setting; those of an unknown type as they were entered.
    pub(super) fn values(&self, matches: &ArgMatches, id: &str) -> Vec<Value> {
        let known = self.0.iter().find_map(|format| format(matches, id));
        known.unwrap_or_else(|| {
            let raw = matches.try_get_raw(id).ok().flatten();
            let texts = raw.into_iter().flatten();
            let texts = texts.map(|text| without_passwords(&text.to_string_lossy()));
            texts.map(Value::from).collect()
        })
    }
}

fn safe(value: Value) -> Value {
    match value {
        Value::String(text) => without_passwords(&text).into(),
        other => other,
    }
}
