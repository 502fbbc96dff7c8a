//! Implements sprig's functions on texts.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::function::{Function, Param, any, int, text, truth};
use crate::letters;
use crate::template::cut;
use crate::template::limits::{Budget, Text};
use crate::template::value::Value;
use crate::template::{print, quote, words};

const TWO: &[Param] = &[Param::Text, Param::Text];

pub(super) const FUNCTIONS: &[Function] = &[
    one("lower", |text| Value::text(letters::lower(text))),
    one("upper", |text| Value::text(letters::upper(text))),
    one("title", |text| Value::text(cut::title(text))),
    one("untitle", |text| Value::text(cut::untitle(text))),
    one("swapcase", |text| Value::text(cut::swapcase(text))),
    one("trim", |text| Value::text(text.trim())),
    Function::new("trimAll", TWO, |values, _| trim_all(values)),
    Function::new("trimall", TWO, |values, _| trim_all(values)),
    Function::new("trimPrefix", TWO, |values, _| {
        let whole = text(values, 1);
        Value::text(whole.strip_prefix(text(values, 0)).unwrap_or(whole))
    }),
    Function::new("trimSuffix", TWO, |values, _| {
        let whole = text(values, 1);
        Value::text(whole.strip_suffix(text(values, 0)).unwrap_or(whole))
    }),
    Function::new(
        "replace",
        &[Param::Text, Param::Text, Param::Text],
        |values, _| replace(values),
    ),
    Function::new("contains", TWO, |values, _| {
        truth(text(values, 1).contains(text(values, 0)))
    }),
    Function::new("hasPrefix", TWO, |values, _| {
        truth(text(values, 1).starts_with(text(values, 0)))
    }),
    Function::new("hasSuffix", TWO, |values, _| {
        truth(text(values, 1).ends_with(text(values, 0)))
    }),
    Function::new(
        "substr",
        &[Param::Int, Param::Int, Param::Text],
        |values, _| {
            Value::text(cut::substr(
                int(values, 0),
                int(values, 1),
                text(values, 2),
            )?)
        },
    ),
    Function::new("trunc", &[Param::Int, Param::Text], |values, _| {
        Value::text(cut::trunc(int(values, 0), text(values, 1))?)
    }),
    one("nospace", |text| {
        Value::text(text.replace(char::is_whitespace, ""))
    }),
    Function::new("repeat", &[Param::Int, Param::Text], |values, _| {
        let count =
            usize::try_from(int(values, 0)).map_err(|_| "the count must not be negative")?;
        let mut out = Text::default();
        out.repeat(text(values, 1), count)?;
        Value::text(out.into_string())
    }),
    Function::with_rest("quote", &[], Param::Any, |values, budget| {
        spaced(values, budget, |text| quote::quote(text, false))
    }),
    Function::with_rest("squote", &[], Param::Any, |values, budget| {
        spaced(values, budget, |text| format!("'{text}'"))
    }),
    Function::with_rest("cat", &[], Param::Any, |values, budget| {
        spaced(values, budget, str::to_owned)
    }),
    Function::new("indent", &[Param::Int, Param::Text], |values, _| {
        indent("", values)
    }),
    Function::new("nindent", &[Param::Int, Param::Text], |values, _| {
        indent("\n", values)
    }),
    one("kebabcase", |text| Value::text(words::separated(text, '-'))),
    one("snakecase", |text| Value::text(words::separated(text, '_'))),
    one("camelcase", |text| Value::text(words::camel(text))),
    Function::new(
        "plural",
        &[Param::Text, Param::Text, Param::Int],
        |values, _| Value::text(text(values, usize::from(int(values, 2) != 1))),
    ),
    Function::new("toString", &[Param::Any], |values, budget| {
        Value::text(print::text(any(values, 0), budget)?)
    }),
    one("base", |text| Value::text(cut::base(text))),
    one("dir", |text| Value::text(cut::dir(text))),
    one("ext", |text| Value::text(cut::ext(text))),
    one("clean", |text| Value::text(cut::clean(text))),
    one("isAbs", |text| truth(text.starts_with('/'))),
    one("b64enc", |text| Value::text(STANDARD.encode(text))),
    one("b64dec", |text| {
        let bytes = STANDARD.decode(text.replace(['\r', '\n'], ""));
        let text = bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok());
        Value::text(text.ok_or("this is not base64 of UTF-8 text")?)
    }),
    one("sha256sum", |text| {
        Value::text(print::hex(&Sha256::digest(text), ""))
    }),
];

/// A function of one text.
const fn one(name: &'static str, does: fn(&str) -> Result<Value, String>) -> Function {
    Function::of_text(name, does)
}

fn trim_all(values: &[Value]) -> Result<Value, String> {
    let these = text(values, 0);
    Value::text(text(values, 1).trim_matches(|c| these.contains(c)))
}

fn replace(values: &[Value]) -> Result<Value, String> {
    let (old, new, whole) = (text(values, 0), text(values, 1), text(values, 2));
    let mut out = Text::default();
    let mut rest = 0;
    for (at, found) in whole.match_indices(old) {
        out.push(&whole[rest..at])?;
        out.push(new)?;
        rest = at + found.len();
    }
    out.push(&whole[rest..])?;
    Value::text(out.into_string())
}

/// Joins all values but nil with spaces.
fn spaced(values: &[Value], budget: &Budget, write: fn(&str) -> String) -> Result<Value, String> {
    let mut out = Text::default();
    let values = values.iter().filter(|value| !matches!(value, Value::Nil));
    for (i, value) in values.enumerate() {
        out.push(if i > 0 { " " } else { "" })?;
        out.push(&write(&print::text(value, budget)?))?;
    }
    Value::text(out.into_string())
}

fn indent(before: &str, values: &[Value]) -> Result<Value, String> {
    let spaces = usize::try_from(int(values, 0)).map_err(|_| "the indent must not be negative")?;
    let mut out = Text::default();
    out.push(before)?;
    for (i, line) in text(values, 1).split('\n').enumerate() {
        out.push(if i > 0 { "\n" } else { "" })?;
        out.repeat(" ", spaces)?;
        out.push(line)?;
    }
    Value::text(out.into_string())
}
