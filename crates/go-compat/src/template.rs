//! Renders Go's text/template with sprig's functions.
//!
//! It is an interpreter of its own, because a template's output depends on Go's types: a missing key
//! of a `map[string]string` is an empty string for `index` and no value for a field, an `int64` is
//! not an `int`, and a field that the data does not have is an error. It does no IO, and its work is
//! limited, because the data may be untrusted.
//!
//! It reports an error where Go does not in these cases: complex and hexadecimal floating-point
//! numbers; `%b`, `%x` and `#` for floating-point numbers; strings that are not UTF-8, such as half
//! a letter. And `keys` and `values` are always sorted.

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

/// A parsed template.
#[derive(Debug, Clone)]
pub struct Template {
    source: String,
    tree: Tree,
}

impl Template {
    /// Parses a template of this name, which can use the functions of [`GROUPS`] and `more`.
    ///
    /// # Errors
    /// If Go would reject it, it uses an unknown function, or it is too large. The text says
    /// where.
    pub fn parse(name: &str, source: &str, more: &'static [Function]) -> Result<Self, String> {
        let tree = parse::parse(name, source, more).map_err(|error| error.within(source))?;
        let source = source.to_owned();
        Ok(Self { source, tree })
    }

    /// Renders the template with this data.
    ///
    /// # Errors
    /// If an operation is impossible for the data, or a limit is exceeded. The text says where.
    pub fn render(&self, data: &Value) -> Result<String, String> {
        run::run(&self.tree, data).map_err(|error| error.within(&self.source))
    }
}
