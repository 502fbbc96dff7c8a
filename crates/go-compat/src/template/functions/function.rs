//! Describes a function that a template can call: its name, parameters and implementation.

use crate::template::limits::Budget;
use crate::template::value::Value;

/// One function.
#[derive(Debug)]
pub struct Function {
    /// Its name in templates.
    pub name: &'static str,
    params: &'static [Param],
    /// The type of any further arguments.
    rest: Option<Param>,
    pub(crate) does: Run,
}

/// The type of an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Param {
    Any,
    Text,
    Int,
    Bool,
    Dict,
}

/// How the function works.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Run {
    Plain(Does),
    /// A function of one text.
    Text(OfText),
    /// Returns an environment variable.
    Environment,
    /// Returns the first argument with this truth, or else the last one.
    First(bool),
}

type OfText = fn(&str) -> Result<Value, String>;
type Does = fn(&[Value], &Budget) -> Result<Value, String>;

impl Function {
    pub(super) const fn new(name: &'static str, params: &'static [Param], does: Does) -> Self {
        let does = Run::Plain(does);
        Self {
            name,
            params,
            rest: None,
            does,
        }
    }

    pub(super) const fn with_rest(
        name: &'static str,
        params: &'static [Param],
        rest: Param,
        does: Does,
    ) -> Self {
        let (does, rest) = (Run::Plain(does), Some(rest));
        Self {
            name,
            params,
            rest,
            does,
        }
    }

    /// A function of one text.
    pub const fn of_text(name: &'static str, does: OfText) -> Self {
        let does = Run::Text(does);
        Self {
            name,
            params: &[Param::Text],
            rest: None,
            does,
        }
    }

    /// A function that returns the environment variable of this name.
    pub const fn environment(name: &'static str) -> Self {
        Self {
            name,
            params: &[Param::Text],
            rest: None,
            does: Run::Environment,
        }
    }

    pub(super) const fn first(name: &'static str, decides: bool) -> Self {
        let does = Run::First(decides);
        Self {
            name,
            params: &[Param::Any],
            rest: Some(Param::Any),
            does,
        }
    }

    pub(crate) fn check_count(&self, given: usize) -> Result<(), String> {
        let wanted = self.params.len();
        let more = if self.rest.is_some() { " or more" } else { "" };
        if given == wanted || (given > wanted && self.rest.is_some()) {
            return Ok(());
        }
        let s = if wanted == 1 { "" } else { "s" };
        Err(format!("expects {wanted}{more} argument{s}, got {given}"))
    }

    /// The type of the argument at this index.
    pub(crate) fn param(&self, index: usize) -> Param {
        let param = self.params.get(index).copied();
        param.or(self.rest).unwrap_or(Param::Any)
    }
}

impl Param {
    pub(crate) fn described(self) -> &'static str {
        match self {
            Self::Any => "a value",
            Self::Text => "a string",
            Self::Int => "a whole number",
            Self::Bool => "a boolean",
            Self::Dict => "a dictionary",
        }
    }
}

/// The text of an argument. Its type was checked before.
pub(crate) fn text(values: &[Value], index: usize) -> &str {
    match values.get(index) {
        Some(Value::Text(text)) => text,
        _ => "",
    }
}

/// As [`text`], for a whole number.
pub(super) fn int(values: &[Value], index: usize) -> i64 {
    match values.get(index) {
        Some(Value::Int(int)) => *int,
        _ => 0,
    }
}

/// As [`text`], for any value.
pub(super) fn any(values: &[Value], index: usize) -> &Value {
    values.get(index).unwrap_or(&Value::Nil)
}

pub(super) fn truth(value: bool) -> Result<Value, String> {
    Ok(Value::Bool(value))
}
