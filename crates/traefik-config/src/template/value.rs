//! What a template computes with: the values that Go tells apart, and no others.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::limits::{Budget, MAX_ITEMS, MAX_TEXT, MAX_VALUE_DEPTH};

/// What a template is told of a container.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    pub(crate) name: Value,
    pub(crate) container_name: Value,
    pub(crate) labels: Value,
}

/// One value.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    /// Nothing at all, as a key gives that a map does not have.
    None,
    /// Go's nil, as an item of a list or a dictionary.
    Nil,
    Bool(bool),
    Int(i64),
    /// What sprig's arithmetic gives: Go refuses it where it wants an [`Value::Int`].
    Int64(i64),
    Float(f64),
    Text(Arc<str>),
    List(List),
    Map(Map),
    /// The data as a whole.
    Facts(Arc<Facts>),
}

/// What the items of a list or map are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    Any,
    Text,
    Int,
}

#[derive(Debug, Clone)]
pub(crate) struct List {
    pub(crate) items: Arc<[Value]>,
    pub(crate) of: Of,
    depth: usize,
}

#[derive(Debug, Clone)]
pub(crate) struct Map {
    pub(crate) entries: Arc<BTreeMap<Arc<str>, Value>>,
    pub(crate) of: Of,
    depth: usize,
}

impl Value {
    /// A text of bounded length.
    pub(crate) fn text(text: impl Into<Arc<str>>) -> Result<Self, String> {
        let text = text.into();
        if text.len() > MAX_TEXT {
            return Err(format!("this makes a text of more than {MAX_TEXT} bytes"));
        }
        Ok(Self::Text(text))
    }

    /// A list of bounded length and depth.
    pub(crate) fn list(items: Vec<Self>, of: Of) -> Result<Self, String> {
        let depth = depth(items.len(), items.iter())?;
        let items = items.into();
        Ok(Self::List(List { items, of, depth }))
    }

    /// A list of texts.
    pub(crate) fn texts<'a>(texts: impl Iterator<Item = &'a str>) -> Result<Self, String> {
        let texts = texts
            .take(MAX_ITEMS + 1)
            .map(|text| Self::Text(text.into()));
        Self::list(texts.collect(), Of::Text)
    }

    /// A map of bounded length and depth.
    pub(crate) fn map(entries: BTreeMap<Arc<str>, Self>, of: Of) -> Result<Self, String> {
        let depth = depth(entries.len(), entries.values())?;
        let entries = entries.into();
        Ok(Self::Map(Map { entries, of, depth }))
    }

    /// A container's labels, however many.
    pub(crate) fn labels(labels: &BTreeMap<String, String>) -> Self {
        let entries = labels.iter();
        let entries =
            entries.map(|(key, value)| (key.as_str().into(), Self::Text(value.as_str().into())));
        Self::Map(Map {
            entries: Arc::new(entries.collect()),
            of: Of::Text,
            depth: 1,
        })
    }

    /// What `if` and `and` take it for; what `empty` calls not empty.
    pub(crate) fn is_true(&self) -> bool {
        match self {
            Self::None | Self::Nil => false,
            Self::Bool(value) => *value,
            Self::Int(value) | Self::Int64(value) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::Text(text) => !text.is_empty(),
            Self::List(list) => !list.items.is_empty(),
            Self::Map(map) => !map.entries.is_empty(),
            Self::Facts(_) => true,
        }
    }

    /// What Go calls its type.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::None | Self::Nil => "<nil>",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Int64(_) => "int64",
            Self::Float(_) => "float64",
            Self::Text(_) => "string",
            Self::List(list) => match list.of {
                Of::Any => "[]interface {}",
                Of::Text => "[]string",
                Of::Int => "[]int",
            },
            Self::Map(map) => match map.of {
                Of::Text => "map[string]string",
                Of::Any | Of::Int => "map[string]interface {}",
            },
            Self::Facts(_) => {
                "struct { Name string; ContainerName string; Labels map[string]string }"
            }
        }
    }

    /// What Go calls its kind.
    pub(crate) fn kind_name(&self) -> &'static str {
        match self {
            Self::None | Self::Nil => "invalid",
            Self::List(_) => "slice",
            Self::Map(_) => "map",
            Self::Facts(_) => "struct",
            other => other.type_name(),
        }
    }

    /// What it is, for people.
    pub(crate) fn described(&self) -> &'static str {
        match self {
            Self::None | Self::Nil => "nothing",
            Self::Bool(_) => "true or false",
            Self::Int(_) => "a number",
            Self::Int64(_) => "an int64 (`int` makes an int of it)",
            Self::Float(_) => "a number with a point",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Map(map) if map.of == Of::Text => "a map of texts",
            Self::Map(_) => "a dictionary",
            Self::Facts(_) => "the container as a whole",
        }
    }

    /// Go's `reflect.DeepEqual`: things of different types are different.
    pub(in crate::template) fn same(&self, other: &Self, budget: &Budget) -> Result<bool, String> {
        budget.spend(1)?;
        Ok(match (self, other) {
            (Self::None | Self::Nil, Self::None | Self::Nil) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) | (Self::Int64(a), Self::Int64(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a == b,
            (Self::Text(a), Self::Text(b)) if a.len() == b.len() => {
                budget.spend_text(a.len())?;
                a == b
            }
            (Self::List(a), Self::List(b)) => {
                if a.of != b.of || a.items.len() != b.items.len() {
                    return Ok(false);
                }
                for (a, b) in a.items.iter().zip(b.items.iter()) {
                    if !a.same(b, budget)? {
                        return Ok(false);
                    }
                }
                true
            }
            (Self::Map(a), Self::Map(b)) => {
                if a.of != b.of || a.entries.len() != b.entries.len() {
                    return Ok(false);
                }
                for ((key, a), (other, b)) in a.entries.iter().zip(b.entries.iter()) {
                    if key != other || !a.same(b, budget)? {
                        return Ok(false);
                    }
                }
                true
            }
            (Self::Facts(_), Self::Facts(_)) => true,
            _ => false,
        })
    }
}

impl List {
    /// The same items without their type, as most of sprig's functions return them.
    pub(crate) fn to_vec(&self) -> Vec<Value> {
        self.items.to_vec()
    }
}

/// The depth of a list or map of these items.
fn depth<'a>(length: usize, items: impl Iterator<Item = &'a Value>) -> Result<usize, String> {
    if length > MAX_ITEMS {
        return Err(format!("this makes a list of more than {MAX_ITEMS} items"));
    }
    let depths = items.map(|item| match item {
        Value::List(list) => list.depth,
        Value::Map(map) => map.depth,
        _ => 0,
    });
    let depth = depths.max().unwrap_or(0) + 1;
    if depth > MAX_VALUE_DEPTH {
        return Err(format!(
            "this puts more than {MAX_VALUE_DEPTH} lists into each other"
        ));
    }
    Ok(depth)
}
