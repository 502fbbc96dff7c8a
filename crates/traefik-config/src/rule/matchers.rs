//! Checks the matchers of routers in both syntaxes, and their arguments.

mod arguments;
pub(super) mod hints;
mod names;
mod v2;
mod v3;

pub(crate) use arguments::is_address_or_network;

use super::ast::{Matcher, Syntax};
use super::error::MatcherError;
use super::lexer::Kind;
use super::parser::Vocabulary;
use crate::Section;

/// The matchers of a router.
#[derive(Debug, Clone, Copy)]
pub(super) struct Matchers {
    pub(super) section: Section,
    pub(super) syntax: Syntax,
}

impl Vocabulary for Matchers {
    const EXAMPLE: &'static str = "Host(`example.com`)";

    fn named(self, written: &str) -> Option<&'static str> {
        names::named(self.section, self.syntax, written)
    }

    fn hint(self, written: &str, next: &Kind<'_>) -> Option<String> {
        hints::name(self.section, self.syntax, written, next)
    }

    fn colon(self) -> Option<&'static str> {
        Some(hints::V1)
    }

    fn check(self, matcher: &Matcher) -> Result<(), MatcherError> {
        let Matcher { name, args } = matcher;
        if args.is_empty() {
            return Err(MatcherError::new(None, format!("`{name}` has no value")));
        }
        if let Some(arg) = args.iter().position(String::is_empty) {
            let message = format!("a value of `{name}` is empty");
            return Err(MatcherError::new(Some(arg), message));
        }
        match (self.section, self.syntax) {
            (Section::Http, Syntax::V2) => v2::check_http(name, args),
            (Section::Tcp, Syntax::V2) => v2::check_tcp(name, args),
            _ => v3::check(matcher),
        }
    }
}
