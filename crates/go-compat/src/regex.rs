//! Checks and runs regular expressions in the syntax of Go's package `regexp`.

mod check;
mod class;
mod compile;
mod matched;
mod unicode;

pub use check::check;
pub use compile::Regex;
pub use matched::Match;
