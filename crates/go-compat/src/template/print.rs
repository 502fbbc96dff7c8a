//! Formats values as Go prints them with `%v`.

use std::sync::Arc;

use super::limits::{Budget, Text};
use super::value::Value;

/// The value as text.
pub(super) fn text(value: &Value, budget: &Budget) -> Result<Arc<str>, String> {
    if let Value::Text(text) = value {
        budget.spend_text(text.len())?;
        return Ok(text.clone());
    }
    let mut out = Text::default();
    print(value, &mut out)?;
    budget.spend_text(out.len())?;
    Ok(out.into_string().into())
}

/// Go's `fmt.Sprint`: a space between two of which neither is a text.
pub(super) fn joined(values: &[Value], budget: &Budget) -> Result<String, String> {
    let mut out = Text::default();
    for (i, value) in values.iter().enumerate() {
        let is_text = |value: &Value| matches!(value, Value::Text(_));
        if i > 0 && !is_text(value) && !is_text(&values[i - 1]) {
            out.push(" ")?;
        }
        print(value, &mut out)?;
    }
    budget.spend_text(out.len())?;
    Ok(out.into_string())
}

fn print(value: &Value, out: &mut Text) -> Result<(), String> {
    match value {
        Value::None | Value::Nil => out.push("<nil>"),
        Value::Bool(value) => out.push(if *value { "true" } else { "false" }),
        Value::Int(value) | Value::Int64(value) => out.push(&value.to_string()),
        Value::Float(value) => out.push(&float(*value)),
        Value::Text(text) => out.push(text),
        Value::List(_) | Value::Map(_) | Value::Record(_) => each(value, out, &mut print),
    }
}

/// Prints the items of a value with `print`, and joins them as Go does.
pub(super) fn each(
    value: &Value,
    out: &mut Text,
    print: &mut impl FnMut(&Value, &mut Text) -> Result<(), String>,
) -> Result<(), String> {
    match value {
        Value::List(list) => {
            out.push("[")?;
            for (i, item) in list.items.iter().enumerate() {
                out.push(if i > 0 { " " } else { "" })?;
                print(item, out)?;
            }
            out.push("]")
        }
        Value::Map(map) => {
            out.push("map[")?;
            for (i, (key, item)) in map.entries.iter().enumerate() {
                out.push(if i > 0 { " " } else { "" })?;
                print(&Value::Text(key.clone()), out)?;
                out.push(":")?;
                print(item, out)?;
            }
            out.push("]")
        }
        Value::Record(record) => {
            out.push("{")?;
            for (i, (_, field)) in record.fields.iter().enumerate() {
                out.push(if i > 0 { " " } else { "" })?;
                print(field, out)?;
            }
            out.push("}")
        }
        other => print(other, out),
    }
}

/// Go's `%v` of a float: the shortest exact digits, with an exponent if it is large.
pub(super) fn float(value: f64) -> String {
    if value == 0.0 {
        return if value.is_sign_negative() { "-0" } else { "0" }.to_owned();
    }
    if !value.is_finite() {
        return not_finite(value);
    }
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        return format!("{value}");
    }
    with_exponent(digits, exponent)
}

/// `1.5` and 21 as `1.5e+21`.
pub(super) fn with_exponent(digits: &str, exponent: i32) -> String {
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

/// The bytes in hexadecimal, with a text between them.
pub(super) fn hex(bytes: &[u8], between: &str) -> String {
    let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    pairs.join(between)
}

pub(super) fn not_finite(value: f64) -> String {
    match value {
        value if value.is_nan() => "NaN",
        value if value > 0.0 => "+Inf",
        _ => "-Inf",
    }
    .to_owned()
}
