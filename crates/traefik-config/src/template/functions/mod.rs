//! The functions that a template can use: Go's own, Traefik's `normalize`, and those of sprig
//! that say the same at every time and on every host.

mod choices;
mod go;
mod lists;
mod maps;
mod numbers;
mod patterns;
mod refused;
mod texts;

use super::limits::Budget;
use super::value::Value;
use crate::suggest;

/// One function.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: &'static str,
    params: &'static [Param],
    /// What any number of further arguments are.
    rest: Option<Param>,
    pub(super) does: Run,
}

/// What an argument is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Param {
    Any,
    Text,
    Int,
    Bool,
    Dict,
}

/// How the function works.
#[derive(Debug, Clone, Copy)]
pub(super) enum Run {
    Plain(Does),
    /// Of one text.
    Text(OfText),
    /// It is the first argument that is this, or else the last.
    First(bool),
}

type OfText = fn(&str) -> Result<Value, String>;
type Does = fn(&[Value], &Budget) -> Result<Value, String>;

/// Every function, by its group for people.
pub(crate) const GROUPS: [(&str, &[Function]); 8] = [
    ("Go's own", go::FUNCTIONS),
    ("Texts", texts::FUNCTIONS),
    ("Regular expressions", patterns::FUNCTIONS),
    ("Choices", choices::FUNCTIONS),
    ("Lists", lists::FUNCTIONS),
    ("Dictionaries", maps::FUNCTIONS),
    ("Numbers", numbers::FUNCTIONS),
    ("Traefik's", texts::TRAEFIK),
];

/// The function of this name.
///
/// # Errors
/// If there is none; the text names the nearest one, or says why we do not have it.
pub(super) fn find(name: &str) -> Result<&'static Function, String> {
    let all = || GROUPS.iter().flat_map(|(_, functions)| functions.iter());
    if let Some(function) = all().find(|function| function.name == name) {
        return Ok(function);
    }
    let shown = crate::characters::shown(name);
    if let Some(why) = refused::why(name) {
        return Err(format!(
            "the function `{shown}` cannot be used in this rule: {why}"
        ));
    }
    Err(
        match suggest::nearest(name, all().map(|function| function.name)) {
            Some(nearest) => format!("there is no function `{shown}`; did you mean `{nearest}`?"),
            None => format!("there is no function `{shown}`"),
        },
    )
}

impl Function {
    const fn new(name: &'static str, params: &'static [Param], does: Does) -> Self {
        let does = Run::Plain(does);
        Self {
            name,
            params,
            rest: None,
            does,
        }
    }

    const fn with_rest(
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

    const fn of_text(name: &'static str, does: OfText) -> Self {
        let does = Run::Text(does);
        Self {
            name,
            params: &[Param::Text],
            rest: None,
            does,
        }
    }

    const fn first(name: &'static str, decides: bool) -> Self {
        let does = Run::First(decides);
        Self {
            name,
            params: &[Param::Any],
            rest: Some(Param::Any),
            does,
        }
    }

    pub(super) fn check_count(&self, given: usize) -> Result<(), String> {
        let wanted = self.params.len();
        let more = if self.rest.is_some() { " or more" } else { "" };
        if given == wanted || (given > wanted && self.rest.is_some()) {
            return Ok(());
        }
        let s = if wanted == 1 { "" } else { "s" };
        Err(format!("wants {wanted}{more} argument{s} and got {given}"))
    }

    /// What the argument at this place is.
    pub(super) fn param(&self, index: usize) -> Param {
        let param = self.params.get(index).copied();
        param.or(self.rest).unwrap_or(Param::Any)
    }
}

impl Param {
    pub(super) fn described(self) -> &'static str {
        match self {
            Self::Any => "a value",
            Self::Text => "a text",
            Self::Int => "a whole number",
            Self::Bool => "true or false",
            Self::Dict => "a dictionary",
        }
    }
}

/// The text that an argument is: the parameters were checked before.
pub(super) fn text(values: &[Value], index: usize) -> &str {
    match values.get(index) {
        Some(Value::Text(text)) => text,
        _ => "",
    }
}

/// As [`text`], a whole number.
fn int(values: &[Value], index: usize) -> i64 {
    match values.get(index) {
        Some(Value::Int(int)) => *int,
        _ => 0,
    }
}

/// As [`text`], any value.
fn any(values: &[Value], index: usize) -> &Value {
    values.get(index).unwrap_or(&Value::Nil)
}

fn truth(value: bool) -> Result<Value, String> {
    Ok(Value::Bool(value))
}
