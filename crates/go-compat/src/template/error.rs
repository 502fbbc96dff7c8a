//! Describes an error in a template and its position.

use std::fmt;

/// An error at a byte of the template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TemplateError {
    at: usize,
    message: String,
}

impl TemplateError {
    pub(super) fn new(at: usize, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { at, message }
    }

    /// The message for this template, with the line and character.
    pub(super) fn within(&self, source: &str) -> String {
        let before = source.get(..self.at).unwrap_or(source);
        let position = Position {
            line: before.matches('\n').count() + 1,
            column: before.chars().rev().take_while(|&c| c != '\n').count() + 1,
        };
        format!("{position}: {}", self.message)
    }
}

struct Position {
    line: usize,
    column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column } = self;
        match line {
            1 => write!(f, "at character {column}"),
            _ => write!(f, "at line {line}, character {column}"),
        }
    }
}
