//! Parses a file in YAML, JSON or TOML.
//!
//! An error may contain names, but never values, which may be secrets.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use serde_yaml_ng::Value as Yaml;
use traefik_config::shown;

/// The position and reason of a syntax error.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FormatError {
    /// Counted from 1; none if it is not known.
    pub(super) line: Option<usize>,
    /// Counted from 1.
    pub(super) column: usize,
    /// Part of a sentence.
    pub(super) message: String,
}

/// Parses a file in the format of its extension.
///
/// # Errors
/// If it has another format.
pub(super) fn values(name: &str, bytes: &[u8]) -> Result<Value, FormatError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let read = bytes.get(..error.valid_up_to()).unwrap_or_default();
        error_at(read, "it is not UTF-8")
    })?;
    let content = text.strip_prefix('\u{feff}').unwrap_or(text);
    let extension = name.rsplit_once('.').map_or("", |(_, end)| end);
    match extension.to_ascii_lowercase().as_str() {
        "toml" => toml(content),
        "json" if !content.trim().is_empty() => json(content),
        _ => yaml(content),
    }
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}, column {}: ", self.column)?;
        }
        f.write_str(&self.message)
    }
}

fn yaml(text: &str) -> Result<Value, FormatError> {
    let error = |error: serde_yaml_ng::Error| {
        let location = error.location();
        FormatError {
            line: location.as_ref().map(serde_yaml_ng::Location::line),
            column: location.map_or(0, |location| location.column()),
            message: without_position(&error.to_string()),
        }
    };
    let mut yaml: Yaml = serde_yaml_ng::from_str(text).map_err(error)?;
    yaml.apply_merge().map_err(error)?;
    yaml_to_json(yaml)
}

/// Converts YAML to JSON: names that are numbers become strings, tags are ignored.
fn yaml_to_json(yaml: Yaml) -> Result<Value, FormatError> {
    Ok(match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(value) => Value::Bool(value),
        Yaml::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(number), _, _) => Value::from(number),
            (_, Some(number), _) => Value::from(number),
            (_, _, number) => number.map_or(Value::Null, Value::from),
        },
        Yaml::String(text) => Value::String(text),
        Yaml::Sequence(items) => {
            let items: Result<_, _> = items.into_iter().map(yaml_to_json).collect();
            Value::Array(items?)
        }
        Yaml::Mapping(members) => {
            let members = members.into_iter().map(|(name, value)| {
                let name = match yaml_to_json(name)? {
                    Value::String(name) => name,
                    Value::Null => String::new(),
                    name @ (Value::Bool(_) | Value::Number(_)) => name.to_string(),
                    Value::Array(_) | Value::Object(_) => {
                        return Err(error_without_position("a name is a list or a mapping"));
                    }
                };
                Ok((name, yaml_to_json(value)?))
            });
            Value::Object(members.collect::<Result<_, _>>()?)
        }
        Yaml::Tagged(tagged) => yaml_to_json(tagged.value)?,
    })
}

fn json(text: &str) -> Result<Value, FormatError> {
    let UniqueKeys(value) = serde_json::from_str(text).map_err(|error| FormatError {
        line: Some(error.line()),
        column: error.column(),
        message: without_position(&error.to_string()),
    })?;
    Ok(value)
}

fn toml(text: &str) -> Result<Value, FormatError> {
    let table: toml::Table = toml::from_str(text).map_err(|error| {
        let start = error.span().map(|span| span.start);
        let read = start.and_then(|start| text.as_bytes().get(..start));
        match read {
            Some(read) => error_at(read, error.message()),
            None => error_without_position(error.message()),
        }
    })?;
    Ok(table_to_json(table))
}

fn table_to_json(table: toml::Table) -> Value {
    let members = table.into_iter();
    Value::Object(
        members
            .map(|(name, value)| (name, toml_to_json(value)))
            .collect(),
    )
}

fn toml_to_json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => Value::from(number),
        toml::Value::Float(number) => Value::from(number),
        toml::Value::Boolean(value) => Value::Bool(value),
        toml::Value::Datetime(time) => Value::String(time.to_string()),
        toml::Value::Array(items) => items.into_iter().map(toml_to_json).collect(),
        toml::Value::Table(table) => table_to_json(table),
    }
}

/// A JSON value without duplicate names, of which one would be lost silently.
struct UniqueKeys(Value);

impl<'de> Deserialize<'de> for UniqueKeys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UniqueKeysVisitor).map(Self)
    }
}

struct UniqueKeysVisitor;

impl<'de> Visitor<'de> for UniqueKeysVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::from(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(UniqueKeys(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, UniqueKeys(value))) = members.next_entry::<String, UniqueKeys>()? {
            if object.contains_key(&name) {
                let message = format!("the name `{}` occurs twice", shown(&name));
                return Err(A::Error::custom(message));
            }
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

/// The parsers add the position at the end or in the middle.
fn without_position(message: &str) -> String {
    let cut = message.find(" at line ").unwrap_or(message.len());
    let message = message.get(..cut).unwrap_or(message);
    if message.contains("invalid value") || message.contains("invalid type") {
        "a value does not match its tag".to_owned()
    } else {
        message.to_owned()
    }
}

fn error_at(read: &[u8], message: &str) -> FormatError {
    let lines = read.split(|byte| *byte == b'\n');
    let last = lines.clone().next_back().unwrap_or_default();
    FormatError {
        line: Some(lines.count()),
        column: String::from_utf8_lossy(last).chars().count() + 1,
        message: message.to_owned(),
    }
}

fn error_without_position(message: &str) -> FormatError {
    FormatError {
        line: None,
        column: 0,
        message: message.to_owned(),
    }
}

#[cfg(test)]
mod tests;
