//! Why a rule is not a rule: where, what was found, and what was probably meant.

use std::fmt;

/// Why there is no [`Rule`](super::Rule).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleError {
    /// Traefik would not take it: it disables the router, and that one alone.
    Refused(Fault),
    /// It is beyond what is read here, so Traefik may well take it: longer or deeper than
    /// anything people write.
    NotJudged(&'static str),
}

/// The first thing in a rule that Traefik would not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where it is, in characters from 1.
    pub column: usize,
    /// What was found and what was expected: part of a sentence, one line of bounded length.
    pub message: String,
    /// What was probably meant, if that can be told.
    pub hint: Option<String>,
}

impl RuleError {
    /// The fault, if it is known that there is one.
    pub fn refused(&self) -> Option<&Fault> {
        match self {
            Self::Refused(fault) => Some(fault),
            Self::NotJudged(_) => None,
        }
    }
}

impl fmt::Display for Fault {
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
            Self::Refused(fault) => fault.fmt(f),
            Self::NotJudged(why) => write!(f, "not judged: {why}"),
        }
    }
}

impl std::error::Error for Fault {}

impl std::error::Error for RuleError {}

/// Text of users for a message: one line, of bounded length, and a backslash as it was written.
pub(super) fn shown(text: &str) -> String {
    let mut shown = String::new();
    for c in text.chars().take(MAX_SHOWN) {
        if c.is_control() {
            shown.extend(c.escape_debug());
        } else {
            shown.push(c);
        }
    }
    if text.chars().nth(MAX_SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

const MAX_SHOWN: usize = 80;

/// A fault whose place is a byte of the rule: whoever has the rule makes it a [`Fault`].
#[derive(Debug)]
pub(super) struct Raw {
    pub(super) at: usize,
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

/// What goes wrong inside the parser.
#[derive(Debug)]
pub(super) enum Stop {
    Fault(Raw),
    NotJudged(&'static str),
}

/// A fault at this byte.
pub(super) fn fault(at: usize, message: impl Into<String>) -> Stop {
    Stop::Fault(Raw {
        at,
        message: message.into(),
        hint: None,
    })
}

impl Stop {
    /// The same with what was probably meant.
    pub(super) fn hint(mut self, text: impl Into<String>) -> Self {
        if let Self::Fault(raw) = &mut self {
            raw.hint = Some(text.into());
        }
        self
    }

    pub(super) fn within(self, rule: &str) -> RuleError {
        match self {
            Self::Fault(raw) => {
                let before = rule.char_indices().take_while(|(at, _)| *at < raw.at);
                RuleError::Refused(Fault {
                    column: before.count() + 1,
                    message: raw.message,
                    hint: raw.hint,
                })
            }
            Self::NotJudged(why) => RuleError::NotJudged(why),
        }
    }
}
