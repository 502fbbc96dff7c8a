//! A template of Go's text/template with sprig's functions and the data for it in, text out.
//!
//! Our own interpreter, since what a template gives depends on Go's types: a missing key of a
//! `map[string]string` is an empty text to `index` and no value to a field, an `int64` is no
//! `int`, and a name that the data does not have is an error. It does no IO and is bounded:
//! templates are the operator's, but the labels that they read are not.
//!
//! Apart from Go, always by an error: no complex or hexadecimal floating-point numbers, no `%b`,
//! `%x` or `#` for numbers with a point, no text that is not UTF-8 (what cuts a letter in two).
//! And `keys` and `values` are always in order.

mod cut;
mod eval;
pub(crate) mod functions;
mod lex;
mod limits;
mod literal;
mod parse;
mod pipeline;
mod print;
mod printf;
mod quote;
mod run;
mod tree;
mod value;
mod verb;

use std::collections::BTreeMap;
use std::fmt;

pub(crate) use value::{Facts, Value};

use tree::Node;

/// A template that was understood.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    source: String,
    main: Vec<Node>,
    defined: BTreeMap<String, Vec<Node>>,
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// If Go would not take it, it uses a function that we do not have, or is too large.
    pub(crate) fn parse(source: &str) -> Result<Self, String> {
        parse::parse(source).map_err(|fault| fault.shown(source))
    }

    /// What the template gives for this container.
    ///
    /// # Errors
    /// If something cannot be done with the values that are there, or it takes too much.
    pub(crate) fn render(&self, facts: &Facts) -> Result<String, String> {
        run::run(self, facts).map_err(|fault| fault.shown(&self.source))
    }

    fn body(&self, name: &str) -> Option<&[Node]> {
        match self.defined.get(name) {
            Some(body) => Some(body),
            None => (name == MAIN).then_some(&self.main),
        }
    }
}

/// What Traefik calls the whole template.
const MAIN: &str = "defaultRule";

/// What is wrong, and at which byte of the template.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fault {
    at: usize,
    message: String,
}

impl Fault {
    fn new(at: usize, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { at, message }
    }

    fn shown(&self, source: &str) -> String {
        let before = source.get(..self.at).unwrap_or(source);
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
        Place(line, column).to_string() + &self.message
    }
}

struct Place(usize, usize);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self(1, column) => write!(f, "at character {column}: "),
            Self(line, column) => write!(f, "at line {line}, character {column}: "),
        }
    }
}
