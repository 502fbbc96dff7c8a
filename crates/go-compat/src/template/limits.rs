//! Counts the work of a rendering, and fails when it is too much.
//!
//! Each limit is far above what a rule needs, and low enough that no template and no labels can
//! block the agent or exhaust its memory.

use std::cell::Cell;

/// How large a rendering may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// The longest template in bytes.
    pub(super) template: usize,
    /// The most steps: about one for each action, function and 64 bytes.
    pub(super) steps: usize,
    /// The longest result in bytes.
    pub(super) result: usize,
}

/// For a rule, with data that may be untrusted.
pub(super) const RULE: Limits = Limits {
    template: 16 * 1024,
    steps: 50_000,
    result: MAX_TEXT,
};

/// For a file of the operator's own.
pub(super) const FILE: Limits = Limits {
    template: 8 * 1024 * 1024,
    steps: 5_000_000,
    result: 8 * 1024 * 1024,
};

/// The deepest nesting of parentheses, conditions, loops and templates.
pub(super) const MAX_DEPTH: usize = 50;
/// The longest text that a function makes, in bytes.
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
pub(crate) struct Budget {
    left: Cell<usize>,
    whole: usize,
}

impl Budget {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            left: Cell::new(limits.steps),
            whole: limits.steps,
        }
    }

    /// Subtracts steps from the remaining ones.
    pub(super) fn spend(&self, steps: usize) -> Result<(), String> {
        match self.left.get().checked_sub(steps) {
            Some(left) => {
                self.left.set(left);
                Ok(())
            }
            None => Err(format!(
                "this takes more than {} steps, far more than it needs",
                self.whole
            )),
        }
    }

    /// The steps of a text of this length.
    pub(super) fn spend_text(&self, bytes: usize) -> Result<(), String> {
        self.spend(bytes / 64)
    }
}

/// A buffer that fails when it grows too long.
#[derive(Debug)]
pub(super) struct Text {
    text: String,
    limit: usize,
}

impl Default for Text {
    fn default() -> Self {
        Self::with_limit(MAX_TEXT)
    }
}

impl Text {
    pub(super) fn with_limit(limit: usize) -> Self {
        let text = String::new();
        Self { text, limit }
    }

    pub(super) fn push(&mut self, text: &str) -> Result<(), String> {
        if self.text.len() + text.len() > self.limit {
            return Err(self.too_long());
        }
        self.text.push_str(text);
        Ok(())
    }

    fn too_long(&self) -> String {
        format!("this makes a string of more than {} bytes", self.limit)
    }

    /// Appends a text `count` times.
    pub(super) fn repeat(&mut self, text: &str, count: usize) -> Result<(), String> {
        let whole = text.len().saturating_mul(count);
        if self.text.len().saturating_add(whole) > self.limit {
            return Err(self.too_long());
        }
        self.text.push_str(&text.repeat(count));
        Ok(())
    }

    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    pub(super) fn into_string(self) -> String {
        self.text
    }
}
