//! Counts the work of a rendering, and fails when it is too much.
//!
//! Each limit is far above what a rule needs, and low enough that no template and no labels
//! can hold the agent up or fill its memory.

use std::cell::Cell;

/// The longest template in bytes.
pub(super) const MAX_TEMPLATE: usize = 16 * 1024;
/// How deep parentheses, conditions, loops and templates may stand in each other.
pub(super) const MAX_DEPTH: usize = 50;
/// How much one rendering may do: about one step for each action, function and 64 bytes.
pub(super) const MAX_STEPS: usize = 50_000;
/// The longest text that is made, in bytes.
pub(super) const MAX_TEXT: usize = 64 * 1024;
/// The longest list or dictionary that is made.
pub(super) const MAX_ITEMS: usize = 4096;
/// How deep lists and dictionaries may lie in each other.
pub(super) const MAX_VALUE_DEPTH: usize = 16;
/// The longest regular expression in bytes.
pub(super) const MAX_PATTERN: usize = 1024;
/// The largest compiled regular expression, in bytes.
pub(super) const MAX_PATTERN_SIZE: usize = 256 * 1024;
/// The longest text that is searched by one, in bytes.
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

    /// Takes `steps` from what is left.
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

/// Text that is being made; it refuses to grow too long.
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

    /// The same text `count` times.
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
