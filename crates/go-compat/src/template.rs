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
pub use functions::lists::STRINGS_SPLIT;
pub use run::Environment;
pub use value::{Record, Value};

use limits::{FILE, Limits, RULE};
use tree::Tree;

/// A parsed template.
#[derive(Debug, Clone)]
pub struct Template {
    source: String,
    tree: Tree,
    limits: Limits,
}

impl Template {
    /// Parses a template of this name, which can use the functions of [`GROUPS`] and `more`.
    ///
    /// # Errors
    /// If Go would reject it, it uses an unknown function, or it is too large. The text says
    /// where.
    pub fn parse(name: &str, source: &str, more: &'static [Function]) -> Result<Self, String> {
        Self::within(name, source, more, RULE)
    }

    /// As [`parse`](Self::parse), for a file of the operator's own, which may be larger.
    ///
    /// # Errors
    /// As there.
    pub fn parse_file(name: &str, source: &str, more: &'static [Function]) -> Result<Self, String> {
        Self::within(name, source, more, FILE)
    }

    fn within(
        name: &str,
        source: &str,
        more: &'static [Function],
        limits: Limits,
    ) -> Result<Self, String> {
        let tree = parse::parse(name, source, more, limits);
        let tree = tree.map_err(|error| error.within(source))?;
        let source = source.to_owned();
        Ok(Self {
            source,
            tree,
            limits,
        })
    }

    /// Renders the template with this data.
    ///
    /// # Errors
    /// If an operation is impossible for the data, or a limit is exceeded. The text says where.
    pub fn render(&self, data: &Value) -> Result<String, String> {
        self.run(data, None)
    }

    /// As [`render`](Self::render), for a template with a function that reads the environment.
    ///
    /// # Errors
    /// As there, or those of the environment.
    pub fn render_in(&self, data: &Value, environment: &Environment<'_>) -> Result<String, String> {
        self.run(data, Some(environment))
    }

    fn run(&self, data: &Value, environment: Option<&Environment<'_>>) -> Result<String, String> {
        run::run(&self.tree, data, environment, self.limits)
            .map_err(|error| error.within(&self.source))
    }
}
