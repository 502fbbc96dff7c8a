//! A router's rule in, its meaning out, or where Traefik would refuse it and why.
//!
//! Traefik reads a rule with Go's own expression parser, so the grammar here is the part of Go's
//! that can come to a rule: operators, parentheses, calls with texts, comments, and line ends
//! that count. What one matcher takes is in `matchers` (v3) and `v2`; the rest knows no matcher
//! and serves `constraints` too.
//!
//! Traefik 3.7.15 is what it is held against. Earlier ones, back to 3.0, take nothing that is
//! refused here; of what is taken here they refuse ``HostSNI(`*.…`)`` (before 3.7), a `_` in one
//! (before 3.3) and ``!HostSNI(`…`)`` without TLS.

mod check;
mod display;
mod error;
mod hints;
mod hosts;
mod lexer;
mod matchers;
mod normal;
mod parser;
mod priority;
mod regex;
mod v2;

pub use check::{check, check_router, of_router};
pub use error::{Fault, RuleError};
pub use hosts::Hosts;
pub(crate) use lexer::Kind as TokenKind;
pub(crate) use matchers::Refusal;
pub(crate) use parser::{Vocabulary, parse as parse_words};
pub use priority::priority;
pub(crate) use regex::Regex;

use crate::Section;

/// A rule, as it was written but for spaces, superfluous parentheses and the case of names.
///
/// `And` and `Or` have two parts or more, and none that is of their own kind; `Not` never holds
/// another `Not`: what [`parse`] gives and what [`Display`](std::fmt::Display) writes is of this
/// form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// `a && b`: all of them.
    And(Vec<Rule>),
    /// `a || b`: at least one of them.
    Or(Vec<Rule>),
    /// `!a`
    Not(Box<Rule>),
    /// `Host(…)`
    Matcher(Matcher),
}

/// One condition of a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Matcher {
    /// Its name in Traefik's own spelling.
    pub name: &'static str,
    /// What stands between its parentheses, without quotes.
    pub args: Vec<String>,
}

/// The grammar of matchers that a router asks for by its `ruleSyntax`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Syntax {
    /// Traefik's own since version 3.
    #[default]
    V3,
    /// That of Traefik 2: several values in one matcher, `{name:regexp}` in paths and hosts.
    V2,
}

impl Syntax {
    /// What a router's `ruleSyntax` means to Traefik: everything but `v2` is v3.
    pub fn named(name: &str) -> Self {
        if name == "v2" { Self::V2 } else { Self::V3 }
    }
}

/// Reads a rule of an HTTP or a TCP router.
///
/// # Errors
/// [`RuleError::Refused`] if Traefik 3.7 would not take it, [`RuleError::NotJudged`] if that is
/// not known: it may well take it.
pub fn parse(section: Section, text: &str) -> Result<Rule, RuleError> {
    parse_as(section, Syntax::V3, text)
}

/// Reads a rule of an HTTP or a TCP router in this syntax.
///
/// # Errors
/// As [`parse`]. Rules of other sections are never judged: Traefik knows none.
pub fn parse_as(section: Section, syntax: Syntax, text: &str) -> Result<Rule, RuleError> {
    match section {
        Section::Http | Section::Tcp => parser::parse(matchers::Matchers(section, syntax), text),
        Section::Udp | Section::Tls => Err(RuleError::NotJudged("this section has no rules")),
    }
}

impl Rule {
    /// All of these, flat; one alone is itself.
    pub(crate) fn all(parts: Vec<Self>) -> Self {
        let flat = parts.into_iter().flat_map(|part| match part {
            Self::And(parts) => parts,
            other => vec![other],
        });
        let mut flat: Vec<Self> = flat.collect();
        match flat.len() {
            1 => flat.remove(0),
            _ => Self::And(flat),
        }
    }

    /// At least one of these, flat; one alone is itself.
    pub(crate) fn any(parts: Vec<Self>) -> Self {
        let flat = parts.into_iter().flat_map(|part| match part {
            Self::Or(parts) => parts,
            other => vec![other],
        });
        let mut flat: Vec<Self> = flat.collect();
        match flat.len() {
            1 => flat.remove(0),
            _ => Self::Or(flat),
        }
    }

    /// The contrary; twice is nothing.
    pub(crate) fn negated(self) -> Self {
        match self {
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }
}
