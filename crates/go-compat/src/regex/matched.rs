//! One match of a regular expression: its position, and the expansion of a replacement.

use std::ops::Range;

/// One place where an expression matches.
pub struct Match<'a> {
    pub(super) text: &'a str,
    pub(super) names: &'a [String],
    pub(super) groups: regex::bytes::Captures<'a>,
}

impl<'a> Match<'a> {
    /// The range of its bytes.
    pub fn place(&self) -> Range<usize> {
        self.groups.get(0).map_or(0..0, |whole| whole.range())
    }

    /// Expands a replacement of Go, with `$1`, `${1}`, `$name` and `$$`.
    pub fn expand(&self, replacement: &str) -> String {
        let mut out = String::new();
        let mut rest = replacement;
        while let Some((before, after)) = rest.split_once('$') {
            out += before;
            rest = after;
            if let Some(after) = after.strip_prefix('$') {
                out.push('$');
                rest = after;
            } else if let Some((name, after)) = reference(after) {
                out += self.group(name);
                rest = after;
            } else {
                out.push('$');
            }
        }
        out + rest
    }

    /// The text of the group with this name or number.
    fn group(&self, name: &str) -> &'a str {
        let group = |number: usize| {
            let range = self.groups.get(number)?.range();
            self.text.get(range)
        };
        if name.bytes().all(|byte| byte.is_ascii_digit()) {
            return name.parse().ok().and_then(group).unwrap_or_default();
        }
        let named = (1..).zip(self.names).filter(|(_, known)| *known == name);
        let found = named.filter_map(|(number, _)| group(number)).next();
        found.unwrap_or_default()
    }
}

/// The name after a `$`, with or without braces, and the text after it.
fn reference(after: &str) -> Option<(&str, &str)> {
    let is_word = |c: char| c == '_' || c.is_alphanumeric();
    let braced = after.strip_prefix('{');
    let text = braced.unwrap_or(after);
    let (name, rest) = text.split_at(text.find(|c| !is_word(c)).unwrap_or(text.len()));
    let rest = if braced.is_some() {
        rest.strip_prefix('}')?
    } else {
        rest
    };
    (!name.is_empty()).then_some((name, rest))
}
