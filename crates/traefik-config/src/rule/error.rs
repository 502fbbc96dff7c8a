//! Describes an error in a rule: its position, what was found, and what was probably meant.

use std::fmt;

/// The reason why a text could not be read as a [`Rule`](super::Rule).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleError {
    /// Traefik would reject it, and disable only this router.
    Invalid(ExpressionError),
    /// It is too long or too deep for this parser, so Traefik may accept it.
    Unchecked(&'static str),
}

/// The first error in a rule or a constraint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpressionError {
    /// Its position in characters, from 1.
    pub column: usize,
    /// The text found and the one expected: part of a sentence, one line of bounded length.
    pub message: String,
    /// The probable intention, if it can be guessed.
    pub hint: Option<String>,
}

/// The reason why Traefik rejects a matcher.
#[derive(Debug)]
pub(crate) struct MatcherError {
    /// The index of the argument; none for the matcher as a whole.
    pub(crate) arg: Option<usize>,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl fmt::Display for ExpressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at character {}, {}", self.column, self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(error) => error.fmt(f),
            Self::Unchecked(why) => write!(f, "not checked: {why}"),
        }
    }
}

impl std::error::Error for ExpressionError {}

impl std::error::Error for RuleError {}

/// An error inside the parser, with its position in bytes.
#[derive(Debug)]
pub(super) enum ParseError {
    Invalid {
        /// The byte of the rule.
        at: usize,
        message: String,
        hint: Option<String>,
    },
    Unchecked(&'static str),
}

impl ParseError {
    /// An error at this byte.
    pub(super) fn at(at: usize, message: impl Into<String>) -> Self {
        Self::Invalid {
            at,
            message: message.into(),
            hint: None,
        }
    }

    /// The same error with the probable intention, if there is one.
    pub(super) fn hint(mut self, text: Option<impl Into<String>>) -> Self {
        if let Self::Invalid { hint, .. } = &mut self {
            *hint = text.map(Into::into);
        }
        self
    }

    /// The error for this rule, with its column.
    pub(super) fn within(self, rule: &str) -> RuleError {
        match self {
            Self::Invalid { at, message, hint } => {
                let before = rule.char_indices().take_while(|(byte, _)| *byte < at);
                RuleError::Invalid(ExpressionError {
                    column: before.count() + 1,
                    message,
                    hint,
                })
            }
            Self::Unchecked(why) => RuleError::Unchecked(why),
        }
    }
}

impl MatcherError {
    pub(crate) fn new(arg: Option<usize>, message: impl Into<String>) -> Self {
        Self {
            arg,
            message: message.into(),
            hint: None,
        }
    }

    /// The same error with the probable intention, if there is one.
    pub(super) fn hint(mut self, hint: Option<impl Into<String>>) -> Self {
        self.hint = hint.map(Into::into);
        self
    }
}
