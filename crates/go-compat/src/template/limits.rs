//! Counts the work of a rendering, and fails when it is too much.
//!
//! Each limit is far above what a rule needs, and low enough that no template and no labels can
//! block the agent or exhaust its memory.

use std::cell::Cell;

/// The longest template in bytes.
pub(super) const MAX_TEMPLATE: usize = 16 * 1024;
/// The deepest nesting of parentheses, conditions, loops and templates.
pub(super) const MAX_DEPTH: usize = 50;
/// The most steps of one rendering: about one for each action, function and 64 bytes.
pub(super) const MAX_STEPS: usize = 50_000;
/// The longest resulting text, in bytes.
pub(super) const MAX_TEXT: usize = 64 * 1024;
/// The longest resulting list or dictionary.
pub(super) const MAX_ITEMS: usize = 4096;
/// The deepest nesting of lists and dictionaries.
pub(super) const MAX_VALUE_DEPTH: usize = 16;
/// The longest regular expression in bytes.
pub(super) const MAX_PATTERN: usize = 1024;
/// The largest compiled regular expression, in bytes.
pub(super) const MAX_PATTERN_SIZE: usize = 256 * 1024;
/// The longest text that a regular expression may search, in bytes.
pub(super) const MAX_SEARCHED: usize = 4096;
/// The steps that compiling a regular expression counts for.
pub(super) const PATTERN_STEPS: usize = 100;

/// The remaining steps of one rendering.
#[derive(Debug)]
pub(crate) struct Budget(Cell<usize>);

impl Budget {
    pub(super) fn new() -> Self {
        Self(Cell::new(MAX_STEPS))
    }

    /// Subtracts steps from the remaining ones.
    pub(super) fn spend(&self, steps: usize) -> Result<(), String> {
        match self.0.get().checked_sub(steps) {
            Some(left) => {
                self.0.set(left);
                Ok(())
            }
            None => Err(format!(
                "this takes more than {MAX_STEPS} steps: a rule needs far fewer"
            )),
        }
    }

    /// The steps of a text of this length.
    pub(super) fn spend_text(&self, bytes: usize) -> Result<(), String> {
        self.spend(bytes / 64)
    }
}

/// A buffer that fails when it grows too long.
#[derive(Debug, Default)]
pub(super) struct Text(String);

impl Text {
    pub(super) fn push(&mut self, text: &str) -> Result<(), String> {
        if self.0.len() + text.len() > MAX_TEXT {
            return Err(format!("this makes a string of more than {MAX_TEXT} bytes"));
        }
        self.0.push_str(text);
        Ok(())
    }

    /// Appends a text `count` times.
    pub(super) fn repeat(&mut self, text: &str, count: usize) -> Result<(), String> {
        let whole = text.len().saturating_mul(count);
        if self.0.len().saturating_add(whole) > MAX_TEXT {
            return Err(format!("this makes a string of more than {MAX_TEXT} bytes"));
        }
        self.0.push_str(&text.repeat(count));
        Ok(())
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn into_string(self) -> String {
        self.0
    }
}
