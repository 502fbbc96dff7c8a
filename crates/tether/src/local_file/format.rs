//! The text of a file in YAML, JSON or TOML in, its values out, or where it is not understood.
//!
//! A message may show a name, but never a value: it may be a key.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use serde_yaml_ng::Value as Yaml;
use traefik_config::shown;

/// Where and why a file is not understood.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// Counted from 1; none if it is not known.
    pub(super) line: Option<usize>,
    /// Counted from 1.
    pub(super) column: usize,
    /// A part of a sentence.
    pub(super) message: String,
}

/// Reads a file by the end of its name.
///
/// # Errors
/// If it is not of that format.
pub(super) fn values(name: &str, bytes: &[u8]) -> Result<Value, Fault> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let read = bytes.get(..error.valid_up_to()).unwrap_or_default();
        fault_at(read, "it is not UTF-8")
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let end = name.rsplit_once('.').map_or("", |(_, end)| end);
    match end.to_ascii_lowercase().as_str() {
        "toml" => toml(text),
        "json" if !text.trim().is_empty() => json(text),
        _ => yaml(text),
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}, column {}: ", self.column)?;
        }
        f.write_str(&self.message)
    }
}

fn yaml(text: &str) -> Result<Value, Fault> {
    let fault = |error: serde_yaml_ng::Error| {
        let place = error.location();
        Fault {
            line: place.as_ref().map(serde_yaml_ng::Location::line),
            column: place.map_or(0, |place| place.column()),
            message: without_place(&error.to_string()),
        }
    };
    let mut yaml: Yaml = serde_yaml_ng::from_str(text).map_err(fault)?;
    yaml.apply_merge().map_err(fault)?;
    plain(yaml)
}

/// YAML's values as JSON has them: names that are numbers become texts, tags are read over.
fn plain(yaml: Yaml) -> Result<Value, Fault> {
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
            let items: Result<_, _> = items.into_iter().map(plain).collect();
            Value::Array(items?)
        }
        Yaml::Mapping(members) => {
            let members = members.into_iter().map(|(name, value)| {
                let name = match plain(name)? {
                    Value::String(name) => name,
                    Value::Null => String::new(),
                    name @ (Value::Bool(_) | Value::Number(_)) => name.to_string(),
                    Value::Array(_) | Value::Object(_) => {
                        return Err(somewhere("a name is a list or a mapping"));
                    }
                };
                Ok((name, plain(value)?))
            });
            Value::Object(members.collect::<Result<_, _>>()?)
        }
        Yaml::Tagged(tagged) => plain(tagged.value)?,
    })
}

fn json(text: &str) -> Result<Value, Fault> {
    let Once(value) = serde_json::from_str(text).map_err(|error| Fault {
        line: Some(error.line()),
        column: error.column(),
        message: without_place(&error.to_string()),
    })?;
    Ok(value)
}

fn toml(text: &str) -> Result<Value, Fault> {
    let table: toml::Table = toml::from_str(text).map_err(|error| {
        let start = error.span().map(|span| span.start);
        let read = start.and_then(|start| text.as_bytes().get(..start));
        match read {
            Some(read) => fault_at(read, error.message()),
            None => somewhere(error.message()),
        }
    })?;
    Ok(of_table(table))
}

fn of_table(table: toml::Table) -> Value {
    let members = table.into_iter();
    Value::Object(
        members
            .map(|(name, value)| (name, of_toml(value)))
            .collect(),
    )
}

fn of_toml(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => Value::from(number),
        toml::Value::Float(number) => Value::from(number),
        toml::Value::Boolean(value) => Value::Bool(value),
        toml::Value::Datetime(time) => Value::String(time.to_string()),
        toml::Value::Array(items) => items.into_iter().map(of_toml).collect(),
        toml::Value::Table(table) => of_table(table),
    }
}

/// A JSON value of which no object has a name twice: of two, one would be lost without a word.
struct Once(Value);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OnceVisitor).map(Self)
    }
}

struct OnceVisitor;

impl<'de> Visitor<'de> for OnceVisitor {
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
        while let Some(Once(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, Once(value))) = members.next_entry::<String, Once>()? {
            if object.contains_key(&name) {
                let message = format!("the name `{}` stands there twice", shown(&name));
                return Err(A::Error::custom(message));
            }
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

/// The parsers say the place at the end, or within.
fn without_place(message: &str) -> String {
    let cut = message.find(" at line ").unwrap_or(message.len());
    let message = message.get(..cut).unwrap_or(message);
    match message.contains("invalid value") || message.contains("invalid type") {
        true => "a value is not what its tag says".to_owned(),
        false => message.to_owned(),
    }
}

fn fault_at(read: &[u8], message: &str) -> Fault {
    let lines = read.split(|byte| *byte == b'\n');
    let last = lines.clone().next_back().unwrap_or_default();
    Fault {
        line: Some(lines.count()),
        column: String::from_utf8_lossy(last).chars().count() + 1,
        message: message.to_owned(),
    }
}

fn somewhere(message: &str) -> Fault {
    Fault {
        line: None,
        column: 0,
        message: message.to_owned(),
    }
}

#[cfg(test)]
mod tests;
