//! Represents a parsed template.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::functions::function::Function;
use super::value::Value;

/// A template, and the templates that are defined in it.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    pub(super) name: String,
    pub(super) main: Vec<Node>,
    pub(super) defined: BTreeMap<String, Vec<Node>>,
}

impl Tree {
    /// The template of this name.
    pub(super) fn body(&self, name: &str) -> Option<&[Node]> {
        match self.defined.get(name) {
            Some(body) => Some(body),
            None => (name == self.name).then_some(&self.main),
        }
    }
}

/// One piece of a template.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Text(Arc<str>),
    Action(Pipe),
    If(Branch),
    With(Branch),
    Range(Branch),
    /// `{{ template "name" pipe }}`, `{{ block }}` too.
    Call {
        at: usize,
        name: String,
        pipe: Option<Pipe>,
    },
    Break,
    Continue,
}

/// A condition or loop.
#[derive(Debug, Clone)]
pub(super) struct Branch {
    pub(super) pipe: Pipe,
    pub(super) body: Vec<Node>,
    pub(super) otherwise: Vec<Node>,
}

/// `$a, $b := command | command`
#[derive(Debug, Clone)]
pub(super) struct Pipe {
    pub(super) at: usize,
    pub(super) variables: Vec<String>,
    /// True for `=`: the variables exist already.
    pub(super) assign: bool,
    pub(super) commands: Vec<Command>,
}

/// An operand and its arguments. Never empty.
#[derive(Debug, Clone)]
pub(super) struct Command {
    pub(super) operands: Vec<Operand>,
}

#[derive(Debug, Clone)]
pub(super) struct Operand {
    pub(super) at: usize,
    pub(super) kind: OperandKind,
}

#[derive(Debug, Clone)]
pub(super) enum OperandKind {
    Dot,
    Nil,
    Bool(bool),
    Text(Arc<str>),
    Number(Number),
    /// `.a.b`
    Field(Vec<String>),
    /// `$x.a.b`
    Variable(String, Vec<String>),
    Function(&'static Function),
    Pipe(Box<Pipe>),
    /// `(pipe).a.b`
    Chain(Box<Operand>, Vec<String>),
}

/// A number as it was written. Its type depends on where it is used.
#[derive(Debug, Clone)]
pub(super) struct Number {
    pub(super) text: String,
    /// Its value as a whole number, if it fits.
    pub(super) int: Option<i64>,
    /// Its value if no type is expected.
    pub(super) value: Option<Value>,
}
