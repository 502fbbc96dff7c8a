//! Reads a rule with the matchers of its section and syntax.

use super::ast::{Rule, Syntax};
use super::error::RuleError;
use super::matchers::Matchers;
use super::parser;
use crate::Section;

/// Reads a rule of an HTTP or a TCP router.
///
/// # Errors
/// [`RuleError::Invalid`] if Traefik 3.7 would reject it, [`RuleError::Unchecked`] if that is not
/// known.
pub fn parse(section: Section, text: &str) -> Result<Rule, RuleError> {
    parse_as(section, Syntax::V3, text)
}

/// Reads a rule of an HTTP or a TCP router in this syntax.
///
/// # Errors
/// As [`parse`]. Rules of other sections are never checked, because Traefik has none.
pub fn parse_as(section: Section, syntax: Syntax, text: &str) -> Result<Rule, RuleError> {
    match section {
        Section::Http | Section::Tcp => parser::parse(Matchers { section, syntax }, text),
        Section::Udp | Section::Tls => Err(RuleError::Unchecked("this section has no rules")),
    }
}
