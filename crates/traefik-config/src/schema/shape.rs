//! Describes the type of a field, and reads its scalars.

use go_compat::duration;
use go_compat::number::{parse_bool, parse_int, parse_uint};
use serde_json::Value;

/// The shape of a field's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A string.
    String,
    /// A boolean.
    Bool,
    /// An integer of 64 bits.
    Int,
    /// An integer of 32 bits without a sign.
    Uint32,
    /// A duration.
    Duration,
    /// The settings of a plugin, of any type.
    Any,
    /// A struct of this name.
    Struct(String),
    /// A list.
    List(Box<Shape>),
    /// A map with free keys.
    Map(Box<Shape>),
}

impl Shape {
    /// Parses a type of the schema.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if let Some(item) = text.strip_prefix("[]") {
            return Ok(Self::List(Box::new(Self::parse(item)?)));
        }
        if let Some(item) = text.strip_prefix("map[") {
            let item = item.strip_suffix(']').ok_or("a map without its end")?;
            return Ok(Self::Map(Box::new(Self::parse(item)?)));
        }
        if text == "int64:types.Duration" {
            return Ok(Self::Duration);
        }
        let scalar = text.split_once(':').map_or(text, |(scalar, _)| scalar);
        match scalar {
            "string" => Ok(Self::String),
            "bool" => Ok(Self::Bool),
            "int" | "int64" => Ok(Self::Int),
            "uint32" => Ok(Self::Uint32),
            "any" => Ok(Self::Any),
            name if name.contains('.') => Ok(Self::Struct(name.to_owned())),
            other => Err(format!("type {other} is not known")),
        }
    }

    /// Reads a scalar as Go does. The error describes the expected form.
    pub(crate) fn read(&self, text: &str) -> Result<Value, &'static str> {
        match self {
            Self::Bool => parse_bool(text).map(Value::from).ok_or("`true` or `false`"),
            Self::Int => parse_int(text).map(Value::from).ok_or("a whole number"),
            Self::Uint32 => parse_uint(text, 32)
                .map(Value::from)
                .ok_or("a whole number that is not negative"),
            Self::Duration => parse_duration(text)
                .map(|nanos| duration::format(nanos).into())
                .ok_or("a duration such as `30s` or `1m30s`"),
            _ => Ok(text.into()),
        }
    }

    /// True if its values are objects.
    pub(crate) fn is_object(&self) -> bool {
        matches!(self, Self::Struct(_) | Self::Map(_))
    }

    /// The name of its struct, or that of its items.
    pub(crate) fn struct_name(&self) -> Option<&str> {
        match self {
            Self::Struct(name) => Some(name),
            Self::List(item) | Self::Map(item) => item.struct_name(),
            _ => None,
        }
    }

    /// Go's zero value, if a document can write it.
    pub(crate) fn zero(&self) -> Option<Value> {
        match self {
            Self::String => Some("".into()),
            Self::Bool => Some(false.into()),
            Self::Int | Self::Uint32 => Some(0.into()),
            Self::List(_) => Some(Value::Array(Vec::new())),
            Self::Duration | Self::Any | Self::Struct(_) | Self::Map(_) => None,
        }
    }
}

/// Parses a duration as Traefik does, in nanoseconds: whole seconds, or Go's notation.
fn parse_duration(text: &str) -> Option<i64> {
    match parse_int(text) {
        // Go wraps around here, and so does this, to get the duration that Traefik uses.
        Some(seconds) => Some(seconds.wrapping_mul(1_000_000_000)),
        None => duration::parse(text),
    }
}

#[cfg(test)]
mod tests;
