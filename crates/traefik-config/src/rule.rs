//! Parses a router's rule as Traefik does, or says where and why Traefik rejects it.
//!
//! Traefik reads a rule with Go's own expression parser, so the grammar here is the part of Go's
//! that can occur in a rule: operators, parentheses, calls with strings, comments, and significant
//! line ends. `matchers` has the matchers of both syntaxes. The rest does not depend on them, and
//! `constraints` uses it too.
//!
//! The reference is Traefik 3.7.15. Older versions, back to 3.0, accept nothing that is rejected
//! here; of the rules that are accepted here they reject ``HostSNI(`*.…`)`` (before 3.7), a `_` in
//! one (before 3.3) and ``!HostSNI(`…`)`` without TLS.

mod ast;
mod check;
mod display;
mod error;
mod hints;
mod hosts;
mod lexer;
mod matchers;
mod mistake;
mod normal;
mod parser;
mod priority;
mod read;

pub use ast::{Matcher, Rule, Syntax};
pub use check::{check, check_router, of_router, wildcard_problem};
pub(crate) use error::MatcherError;
pub use error::{ExpressionError, RuleError};
pub use hosts::Hosts;
pub(crate) use lexer::Kind as TokenKind;
pub(crate) use matchers::is_address_or_network;
pub(crate) use parser::{Vocabulary, parse as parse_expression};
pub use priority::priority;
pub use read::{parse, parse_as};
