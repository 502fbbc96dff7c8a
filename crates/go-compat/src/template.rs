//! Renders Go's text/template with sprig's functions.
//!
//! This is an interpreter of our own because a template's output depends on Go's types: a missing
//! key of a `map[string]string` is an empty text to `index` and no value to a field, an `int64` is
//! not an `int`, and a name that the data does not have is an error. It does no IO and is bounded,
//! because the data may come from strangers.
//!
//! It differs from Go by an error in these cases: complex and hexadecimal floating-point numbers;
//! `%b`, `%x` and `#` for floating-point numbers; text that is not UTF-8, such as half a letter.
//! And `keys` and `values` are always sorted.

mod cut;
mod error;
mod eval;
mod functions;
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
mod words;

pub use functions::GROUPS;
pub use functions::function::Function;
pub use value::{Record, Value};

use tree::Tree;

/// A template that was read.
#[derive(Debug, Clone)]
pub struct Template {
    source: String,
    tree: Tree,
}

impl Template {
    /// Reads a template of this name; it can use `more` functions beside those of [`GROUPS`].
    ///
    /// # Errors
    /// If Go would not read it, it uses an unknown function, or it is too large; the text says
    /// where.
    pub fn parse(name: &str, source: &str, more: &'static [Function]) -> Result<Self, String> {
        let tree = parse::parse(name, source, more).map_err(|error| error.within(source))?;
        let source = source.to_owned();
        Ok(Self { source, tree })
    }

    /// Renders the template with this data.
    ///
    /// # Errors
    /// If an operation is impossible for the data, or a limit is exceeded; the text says where.
    pub fn render(&self, data: &Value) -> Result<String, String> {
        run::run(&self.tree, data).map_err(|error| error.within(&self.source))
    }
}
