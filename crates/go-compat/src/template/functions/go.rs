//! Implements the functions of Go's `text/template` itself.

use std::cmp::Ordering;

use super::function::{Function, Param, any, text, truth};
use crate::template::limits::{Budget, Text};
use crate::template::value::{ItemType, Value};
use crate::template::{print, printf};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::first("and", false),
    Function::first("or", true),
    Function::new("not", &[Param::Any], |values, _| {
        truth(!any(values, 0).is_true())
    }),
    Function::with_rest("eq", &[Param::Any], Param::Any, |values, _| {
        equal(values).map(Value::Bool)
    }),
    Function::new("ne", &[Param::Any, Param::Any], |values, _| {
        equal(values).map(|same| Value::Bool(!same))
    }),
    Function::new("lt", &[Param::Any, Param::Any], |values, _| {
        truth(less(values)?)
    }),
    Function::new("le", &[Param::Any, Param::Any], |values, _| {
        truth(less(values)? || equal(values)?)
    }),
    Function::new("gt", &[Param::Any, Param::Any], |values, _| {
        truth(!less(values)? && !equal(values)?)
    }),
    Function::new("ge", &[Param::Any, Param::Any], |values, _| {
        truth(!less(values)?)
    }),
    Function::new("len", &[Param::Any], |values, _| len(any(values, 0))),
    Function::with_rest("index", &[Param::Any], Param::Any, |values, _| {
        index(values)
    }),
    Function::with_rest("print", &[], Param::Any, |values, budget| {
        Value::text(print::joined(values, budget)?)
    }),
    Function::with_rest("printf", &[Param::Text], Param::Any, |values, budget| {
        Value::text(printf::sprintf(text(values, 0), &values[1..], budget)?)
    }),
    Function::with_rest("println", &[], Param::Any, println),
    Function::with_rest("html", &[], Param::Any, |values, budget| {
        escaped(values, budget, html)
    }),
    Function::with_rest("js", &[], Param::Any, |values, budget| {
        escaped(values, budget, js)
    }),
    Function::with_rest("urlquery", &[], Param::Any, |values, budget| {
        escaped(values, budget, urlquery)
    }),
];

/// The kinds of values that can be compared with each other.
#[derive(PartialEq, Eq)]
enum Basic {
    Bool,
    Int,
    Float,
    Text,
    None,
}

fn basic(value: &Value) -> Basic {
    match value {
        Value::Bool(_) => Basic::Bool,
        Value::Int(_) | Value::Int64(_) => Basic::Int,
        Value::Float(_) => Basic::Float,
        Value::Text(_) => Basic::Text,
        Value::None | Value::Nil | Value::List(_) | Value::Map(_) | Value::Record(_) => Basic::None,
    }
}

/// Compares the first value with each of the others.
fn equal(values: &[Value]) -> Result<bool, String> {
    let [first, others @ ..] = values else {
        return Ok(false);
    };
    if others.is_empty() {
        return Err("needs a value to compare with".to_owned());
    }
    for other in others {
        let nil = |value: &Value| matches!(value, Value::None | Value::Nil);
        let same = if nil(first) || nil(other) {
            nil(first) && nil(other)
        } else if basic(first) != basic(other) {
            return Err(incompatible(first, other));
        } else {
            order(first, other).ok_or_else(|| format!("cannot compare {}", first.described()))?
                == Ordering::Equal
        };
        if same {
            return Ok(true);
        }
    }
    Ok(false)
}

fn less(values: &[Value]) -> Result<bool, String> {
    let (left, right) = (any(values, 0), any(values, 1));
    if basic(left) != basic(right) {
        return Err(incompatible(left, right));
    }
    match (left, order(left, right)) {
        (Value::Bool(_), _) | (_, None) => Err(format!("cannot order {}", left.described())),
        (_, Some(order)) => Ok(order == Ordering::Less),
    }
}

fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (Value::Int(a) | Value::Int64(a), Value::Int(b) | Value::Int64(b)) => Some(a.cmp(b)),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

fn incompatible(left: &Value, right: &Value) -> String {
    format!(
        "cannot compare {} with {}",
        left.described(),
        right.described()
    )
}

fn len(value: &Value) -> Result<Value, String> {
    let length = match value {
        Value::Text(text) => text.len(),
        Value::List(list) => list.items.len(),
        Value::Map(map) => map.entries.len(),
        other => return Err(format!("{} has no length", other.described())),
    };
    Ok(Value::Int(i64::try_from(length).unwrap_or(i64::MAX)))
}

fn index(values: &[Value]) -> Result<Value, String> {
    let mut item = any(values, 0).clone();
    if matches!(item, Value::Nil) {
        return Err("expects a list or map, got nothing".to_owned());
    }
    for key in values.iter().skip(1) {
        item = match &item {
            Value::List(list) => at(key, &list.items)?.clone(),
            Value::Text(text) => Value::Int(i64::from(*at(key, text.as_bytes())?)),
            Value::Map(map) => {
                let Value::Text(name) = key else {
                    return Err(format!(
                        "the key of a map must be a string, got {}",
                        key.described()
                    ));
                };
                let missing = if map.item_type == ItemType::Text {
                    Value::Text("".into())
                } else {
                    Value::Nil
                };
                map.entries.get(name).cloned().unwrap_or(missing)
            }
            other => return Err(format!("{} has no items", other.described())),
        };
    }
    Ok(item)
}

fn at<'a, T>(key: &Value, items: &'a [T]) -> Result<&'a T, String> {
    let (Value::Int(index) | Value::Int64(index)) = key else {
        return Err(format!(
            "the index of a list must be a whole number, got {}",
            key.described()
        ));
    };
    let item = usize::try_from(*index)
        .ok()
        .and_then(|index| items.get(index));
    item.ok_or_else(|| {
        format!(
            "index {index} is out of range: the length is {}",
            items.len()
        )
    })
}

fn println(values: &[Value], budget: &Budget) -> Result<Value, String> {
    let mut out = Text::default();
    for (i, value) in values.iter().enumerate() {
        out.push(if i > 0 { " " } else { "" })?;
        out.push(&print::text(value, budget)?)?;
    }
    out.push("\n")?;
    Value::text(out.into_string())
}

/// Joins the values and escapes each character with `escape`.
fn escaped(
    values: &[Value],
    budget: &Budget,
    escape: fn(char, &mut String),
) -> Result<Value, String> {
    let shown = values.iter().map(|value| match value {
        Value::None | Value::Nil => Value::Text("<no value>".into()),
        value => value.clone(),
    });
    let shown: Vec<Value> = shown.collect();
    let mut out = String::new();
    for c in print::joined(&shown, budget)?.chars() {
        escape(c, &mut out);
    }
    Value::text(out)
}

fn html(c: char, out: &mut String) {
    match c {
        '\0' => out.push('\u{fffd}'),
        '"' => out.push_str("&#34;"),
        '\'' => out.push_str("&#39;"),
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        c => out.push(c),
    }
}

fn js(c: char, out: &mut String) {
    match c {
        '\\' | '\'' | '"' => out.extend(['\\', c]),
        '<' | '>' | '&' | '=' => out.push_str(&format!("\\u{:04X}", u32::from(c))),
        c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
        c => out.push(c),
    }
}

fn urlquery(c: char, out: &mut String) {
    match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' | '.' | '~' => out.push(c),
        ' ' => out.push('+'),
        c => {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                out.push_str(&format!("%{byte:02X}"));
            }
        }
    }
}
