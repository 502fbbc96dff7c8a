//! Represents the values of a template by the types that Go distinguishes.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::limits::{Budget, MAX_ITEMS, MAX_TEXT, MAX_VALUE_DEPTH};

/// One value.
#[derive(Debug, Clone)]
pub enum Value {
    /// No value, such as that of a missing key of a map.
    None,
    /// `nil`, as an item of a list or a map.
    Nil,
    /// `bool`
    Bool(bool),
    /// `int`
    Int(i64),
    /// `int64`, the type of sprig's arithmetic. Go rejects it where it expects an `int`.
    Int64(i64),
    /// `float64`
    Float(f64),
    /// `string`
    Text(Arc<str>),
    /// A slice.
    List(List),
    /// A map from strings.
    Map(Map),
    /// A struct, such as the data as a whole.
    Record(Arc<Record>),
}

/// The type of a list's or map's items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ItemType {
    Any,
    Text,
    Int,
}

/// A struct of Go.
#[derive(Debug, Clone)]
pub struct Record {
    /// A description for messages: "the container as a whole".
    pub described: &'static str,
    /// Its fields, in order.
    pub fields: Vec<(&'static str, Value)>,
}

/// A slice with the type of its items.
#[derive(Debug, Clone)]
pub struct List {
    pub(crate) items: Arc<[Value]>,
    pub(crate) item_type: ItemType,
    depth: usize,
}

/// A map with the type of its items.
#[derive(Debug, Clone)]
pub struct Map {
    pub(crate) entries: Arc<BTreeMap<Arc<str>, Value>>,
    pub(crate) item_type: ItemType,
    depth: usize,
}

impl Value {
    /// A text of limited length.
    pub fn text(text: impl Into<Arc<str>>) -> Result<Self, String> {
        let text = text.into();
        if text.len() > MAX_TEXT {
            return Err(format!("this makes a string of more than {MAX_TEXT} bytes"));
        }
        Ok(Self::Text(text))
    }

    /// A list of limited length and depth.
    pub(crate) fn list(items: Vec<Self>, item_type: ItemType) -> Result<Self, String> {
        let depth = depth(items.len(), items.iter())?;
        let items = items.into();
        Ok(Self::List(List {
            items,
            item_type,
            depth,
        }))
    }

    /// A list of texts.
    pub(crate) fn texts<'a>(texts: impl Iterator<Item = &'a str>) -> Result<Self, String> {
        let texts = texts
            .take(MAX_ITEMS + 1)
            .map(|text| Self::Text(text.into()));
        Self::list(texts.collect(), ItemType::Text)
    }

    /// A map of limited length and depth.
    pub(crate) fn map(
        entries: BTreeMap<Arc<str>, Self>,
        item_type: ItemType,
    ) -> Result<Self, String> {
        let depth = depth(entries.len(), entries.values())?;
        let entries = entries.into();
        Ok(Self::Map(Map {
            entries,
            item_type,
            depth,
        }))
    }

    /// A `map[string]string`, however large.
    pub fn string_map(entries: &BTreeMap<String, String>) -> Self {
        let text = |text: &String| Arc::<str>::from(text.as_str());
        let entries = entries
            .iter()
            .map(|(key, value)| (text(key), Self::Text(text(value))));
        Self::Map(Map {
            entries: Arc::new(entries.collect()),
            item_type: ItemType::Text,
            depth: 1,
        })
    }

    /// Its truth for `if` and `and`; the opposite of `empty`.
    pub(crate) fn is_true(&self) -> bool {
        match self {
            Self::None | Self::Nil => false,
            Self::Bool(value) => *value,
            Self::Int(value) | Self::Int64(value) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::Text(text) => !text.is_empty(),
            Self::List(list) => !list.items.is_empty(),
            Self::Map(map) => !map.entries.is_empty(),
            Self::Record(_) => true,
        }
    }

    /// Go's name of its type.
    pub(crate) fn type_name(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::None | Self::Nil => "<nil>",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Int64(_) => "int64",
            Self::Float(_) => "float64",
            Self::Text(_) => "string",
            Self::List(list) => match list.item_type {
                ItemType::Any => "[]interface {}",
                ItemType::Text => "[]string",
                ItemType::Int => "[]int",
            },
            Self::Map(map) => match map.item_type {
                ItemType::Text => "map[string]string",
                ItemType::Any | ItemType::Int => "map[string]interface {}",
            },
            Self::Record(record) => return record.type_name().into(),
        })
    }

    /// Go's name of its kind.
    pub(crate) fn kind_name(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::None | Self::Nil => "invalid",
            Self::List(_) => "slice",
            Self::Map(_) => "map",
            Self::Record(_) => "struct",
            other => return other.type_name(),
        })
    }

    /// A description for people.
    pub(crate) fn described(&self) -> &'static str {
        match self {
            Self::None | Self::Nil => "nothing",
            Self::Bool(_) => "a boolean",
            Self::Int(_) => "a whole number",
            Self::Int64(_) => "an int64 (convert it with `int`)",
            Self::Float(_) => "a floating-point number",
            Self::Text(_) => "a string",
            Self::List(_) => "a list",
            Self::Map(map) if map.item_type == ItemType::Text => "a map of strings",
            Self::Map(_) => "a dictionary",
            Self::Record(record) => record.described,
        }
    }

    /// Go's `reflect.DeepEqual`: values of different types are different.
    pub(crate) fn same(&self, other: &Self, budget: &Budget) -> Result<bool, String> {
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
                if a.item_type != b.item_type || a.items.len() != b.items.len() {
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
                if a.item_type != b.item_type || a.entries.len() != b.entries.len() {
                    return Ok(false);
                }
                for ((key, a), (other, b)) in a.entries.iter().zip(b.entries.iter()) {
                    if key != other || !a.same(b, budget)? {
                        return Ok(false);
                    }
                }
                true
            }
            (Self::Record(a), Self::Record(b)) => {
                let pairs = a.fields.iter().zip(&b.fields);
                for ((name, a), (other, b)) in pairs {
                    if name != other || !a.same(b, budget)? {
                        return Ok(false);
                    }
                }
                a.fields.len() == b.fields.len()
            }
            _ => false,
        })
    }
}

impl Record {
    pub(crate) fn field(&self, name: &str) -> Option<&Value> {
        let mut fields = self.fields.iter();
        let (_, value) = fields.find(|(known, _)| *known == name)?;
        Some(value)
    }

    /// Its fields for messages: `.Name, .ContainerName and .Labels`.
    pub(crate) fn names(&self) -> String {
        let names: Vec<String> = self
            .fields
            .iter()
            .map(|(name, _)| format!(".{name}"))
            .collect();
        match &names[..] {
            [names @ .., last] if !names.is_empty() => format!("{} and {last}", names.join(", ")),
            names => names.concat(),
        }
    }

    fn type_name(&self) -> String {
        let fields = self.fields.iter();
        let fields: Vec<String> = fields
            .map(|(name, value)| format!("{name} {}", value.type_name()))
            .collect();
        format!("struct {{ {} }}", fields.join("; "))
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
        return Err(format!("this nests lists more than {MAX_VALUE_DEPTH} deep"));
    }
    Ok(depth)
}
