//! Implements sprig's functions on regular expressions.

use super::function::{Function, Param, int, text, truth};
use crate::excerpt::shown;
use crate::regex::Regex;
use crate::template::limits::{
    Budget, MAX_ITEMS, MAX_PATTERN, MAX_PATTERN_SIZE, MAX_SEARCHED, PATTERN_STEPS, Text,
};
use crate::template::value::Value;

const TWO: &[Param] = &[Param::Text, Param::Text];
const COUNTED: &[Param] = &[Param::Text, Param::Text, Param::Int];
const THREE: &[Param] = &[Param::Text, Param::Text, Param::Text];

pub(super) const FUNCTIONS: &[Function] = &[
    // As in sprig, an invalid expression does not match.
    Function::new("regexMatch", TWO, |values, budget| {
        Ok(matches(values, budget).unwrap_or(Value::Bool(false)))
    }),
    Function::new("mustRegexMatch", TWO, matches),
    Function::new("regexFind", TWO, find),
    Function::new("mustRegexFind", TWO, find),
    Function::new("regexFindAll", COUNTED, find_all),
    Function::new("mustRegexFindAll", COUNTED, find_all),
    Function::new("regexReplaceAll", THREE, |values, budget| {
        replace(values, budget, false)
    }),
    Function::new("mustRegexReplaceAll", THREE, |values, budget| {
        replace(values, budget, false)
    }),
    Function::new("regexReplaceAllLiteral", THREE, |values, budget| {
        replace(values, budget, true)
    }),
    Function::new("mustRegexReplaceAllLiteral", THREE, |values, budget| {
        replace(values, budget, true)
    }),
    Function::new("regexSplit", COUNTED, split),
    Function::new("mustRegexSplit", COUNTED, split),
    Function::new("regexQuoteMeta", &[Param::Text], |values, _| {
        let mut out = String::new();
        for c in text(values, 0).chars() {
            if "\\.+*?()|[]{}^$".contains(c) {
                out.push('\\');
            }
            out.push(c);
        }
        Value::text(out)
    }),
];

/// Compiles the expression, and checks the length of the text to search.
fn compiled(values: &[Value], budget: &Budget) -> Result<Regex, String> {
    let pattern = text(values, 0);
    budget.spend(PATTERN_STEPS)?;
    if text(values, 1).len() > MAX_SEARCHED {
        return Err(format!(
            "cannot search a string of more than {MAX_SEARCHED} bytes"
        ));
    }
    if pattern.len() > MAX_PATTERN {
        return Err(format!("the expression is longer than {MAX_PATTERN} bytes"));
    }
    Regex::within(pattern, MAX_PATTERN_SIZE)
        .map_err(|why| format!("`{}` is not a regular expression: {why}", shown(pattern)))
}

fn matches(values: &[Value], budget: &Budget) -> Result<Value, String> {
    truth(compiled(values, budget)?.is_match(text(values, 1)))
}

fn find(values: &[Value], budget: &Budget) -> Result<Value, String> {
    let pattern = compiled(values, budget)?;
    let whole = text(values, 1);
    let found = pattern.matches(whole).next();
    Value::text(found.map_or("", |found| &whole[found.place()]))
}

/// The number of matches to return. Negative means all.
fn limit(count: i64) -> usize {
    usize::try_from(count).unwrap_or(MAX_ITEMS + 1)
}

fn find_all(values: &[Value], budget: &Budget) -> Result<Value, String> {
    let pattern = compiled(values, budget)?;
    let whole = text(values, 1);
    let found = pattern.matches(whole).take(limit(int(values, 2)));
    Value::texts(found.map(|found| &whole[found.place()]))
}

fn replace(values: &[Value], budget: &Budget, literal: bool) -> Result<Value, String> {
    let pattern = compiled(values, budget)?;
    let (whole, with) = (text(values, 1), text(values, 2));
    let mut out = Text::default();
    let mut rest = 0;
    for found in pattern.matches(whole) {
        budget.spend(1)?;
        budget.spend_text(with.len())?;
        let place = found.place();
        out.push(&whole[rest..place.start])?;
        rest = place.end;
        if literal {
            out.push(with)?;
        } else {
            out.push(&found.expand(with))?;
        }
    }
    out.push(&whole[rest..])?;
    Value::text(out.into_string())
}

/// Go's `Regexp.Split`.
fn split(values: &[Value], budget: &Budget) -> Result<Value, String> {
    let pattern = compiled(values, budget)?;
    let (whole, count) = (text(values, 1), int(values, 2));
    if count == 0 {
        return Value::texts(std::iter::empty());
    }
    if whole.is_empty() && !text(values, 0).is_empty() {
        return Value::texts(std::iter::once(""));
    }
    let mut parts = Vec::new();
    let (mut from, mut to) = (0, 0);
    for found in pattern.matches(whole).take(limit(count)) {
        let found = found.place();
        if count > 0 && parts.len() + 1 == limit(count) {
            break;
        }
        to = found.start;
        if found.end != 0 {
            parts.push(&whole[from..to]);
        }
        from = found.end;
    }
    if to != whole.len() {
        parts.push(&whole[from..]);
    }
    Value::texts(parts.into_iter())
}
