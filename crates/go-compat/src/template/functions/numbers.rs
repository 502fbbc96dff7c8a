//! Implements sprig's arithmetic: whole numbers wrap around, and other values count as 0.

use super::function::{Function, Param, any, text};
use crate::template::literal;
use crate::template::value::Value;

const TWO: &[Param] = &[Param::Any, Param::Any];

pub(super) const FUNCTIONS: &[Function] = &[
    Function::with_rest("add", &[], Param::Any, |values, _| {
        Ok(Value::Int64(
            values.iter().map(to_int).fold(0, i64::wrapping_add),
        ))
    }),
    Function::new("add1", &[Param::Any], |values, _| {
        Ok(Value::Int64(to_int(any(values, 0)).wrapping_add(1)))
    }),
    Function::new("sub", TWO, |values, _| {
        Ok(Value::Int64(
            to_int(any(values, 0)).wrapping_sub(to_int(any(values, 1))),
        ))
    }),
    Function::with_rest("mul", &[Param::Any], Param::Any, |values, _| {
        Ok(Value::Int64(
            values.iter().map(to_int).fold(1, i64::wrapping_mul),
        ))
    }),
    Function::new("div", TWO, |values, _| divide(values, i64::wrapping_div)),
    Function::new("mod", TWO, |values, _| divide(values, i64::wrapping_rem)),
    Function::with_rest("max", &[Param::Any], Param::Any, |values, _| {
        most(values, Ord::max)
    }),
    Function::with_rest("biggest", &[Param::Any], Param::Any, |values, _| {
        most(values, Ord::max)
    }),
    Function::with_rest("min", &[Param::Any], Param::Any, |values, _| {
        most(values, Ord::min)
    }),
    Function::new("int", &[Param::Any], |values, _| {
        Ok(Value::Int(to_int(any(values, 0))))
    }),
    Function::new("int64", &[Param::Any], |values, _| {
        Ok(Value::Int64(to_int(any(values, 0))))
    }),
    Function::new("atoi", &[Param::Text], |values, _| {
        Ok(Value::Int(text(values, 0).parse().unwrap_or(0)))
    }),
];

/// Converts a value to a whole number as sprig does.
pub(super) fn to_int(value: &Value) -> i64 {
    match value {
        Value::Int(value) | Value::Int64(value) => *value,
        Value::Float(value) => *value as i64,
        Value::Bool(value) => i64::from(*value),
        Value::Text(text) => literal::int(without_zero_decimals(text)).unwrap_or(0),
        Value::None | Value::Nil | Value::List(_) | Value::Map(_) | Value::Record(_) => 0,
    }
}

/// `5.00` as `5`.
fn without_zero_decimals(text: &str) -> &str {
    let whole = text.trim_end_matches('0');
    match whole.strip_suffix('.') {
        Some(number) if whole.len() < text.len() => number,
        _ => text,
    }
}

fn divide(values: &[Value], divide: fn(i64, i64) -> i64) -> Result<Value, String> {
    match to_int(any(values, 1)) {
        0 => Err("cannot divide by 0".to_owned()),
        by => Ok(Value::Int64(divide(to_int(any(values, 0)), by))),
    }
}

fn most(values: &[Value], choose: fn(i64, i64) -> i64) -> Result<Value, String> {
    let numbers = values.iter().map(to_int);
    Ok(Value::Int64(numbers.reduce(choose).unwrap_or(0)))
}
