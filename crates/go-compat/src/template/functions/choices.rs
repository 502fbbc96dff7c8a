//! Implements sprig's functions that choose a value or test its kind.

use super::function::{Function, Param, any, text, truth};
use crate::excerpt::shown;
use crate::template::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::with_rest("default", &[Param::Any], Param::Any, |values, _| {
        let given = any(values, 1);
        Ok(if given.is_true() {
            given
        } else {
            any(values, 0)
        }
        .clone())
    }),
    Function::new("empty", &[Param::Any], |values, _| {
        truth(!any(values, 0).is_true())
    }),
    Function::with_rest("coalesce", &[], Param::Any, |values, _| {
        let first = values.iter().find(|value| value.is_true());
        Ok(first.cloned().unwrap_or(Value::Nil))
    }),
    Function::new(
        "ternary",
        &[Param::Any, Param::Any, Param::Bool],
        |values, _| Ok(any(values, usize::from(!any(values, 2).is_true())).clone()),
    ),
    Function::with_rest("all", &[], Param::Any, |values, _| {
        truth(values.iter().all(Value::is_true))
    }),
    Function::with_rest("any", &[], Param::Any, |values, _| {
        truth(values.iter().any(Value::is_true))
    }),
    Function::new("fail", &[Param::Text], |values, _| {
        Err(shown(text(values, 0)))
    }),
    Function::new("kindOf", &[Param::Any], |values, _| {
        Value::text(any(values, 0).kind_name())
    }),
    Function::new("kindIs", &[Param::Text, Param::Any], |values, _| {
        truth(text(values, 0) == any(values, 1).kind_name())
    }),
    Function::new("typeOf", &[Param::Any], |values, _| {
        Value::text(any(values, 0).type_name())
    }),
    Function::new("typeIs", &[Param::Text, Param::Any], |values, _| {
        truth(text(values, 0) == any(values, 1).type_name())
    }),
    Function::new("deepEqual", &[Param::Any, Param::Any], |values, budget| {
        truth(any(values, 0).same(any(values, 1), budget)?)
    }),
];
