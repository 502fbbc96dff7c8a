//! Checks whether Go compiles a regular expression.
//!
//! The syntax differs from that of the crate `regex`, which accepts `(?x)`, `&&` in classes and
//! `a**`, and rejects `\Q…\E`, `\012` and a literal brace.
//! This check is more lenient than Go in two points: expressions that compile to more than three
//! million steps, and some names of `\p{…}` on which Go's versions differ.

use super::class::{class, escape, shorthand};
use crate::excerpt::as_written;

/// Go's limit for a repetition, and for the product of nested ones.
const MAX_REPEAT: u32 = 1000;

/// Checks an expression.
///
/// # Errors
/// If Go would not compile it. The text says why.
pub fn check(pattern: &str) -> Result<(), String> {
    let mut scan = Scan {
        rest: pattern,
        groups: vec![Group::default()],
        repeated: false,
    };
    while let Some(c) = scan.rest.chars().next() {
        scan.step(c)?;
    }
    if scan.groups.len() > 1 {
        return Err("a `(` is never closed".to_owned());
    }
    Ok(())
}

/// A group that is not closed yet.
#[derive(Default)]
struct Group {
    /// The largest product of nested repetitions so far.
    repeats: u32,
    /// The same product of the last part, to which a repetition would apply; none at the beginning
    /// of the group.
    last: Option<u32>,
}

struct Scan<'a> {
    rest: &'a str,
    /// Never empty: the first is the whole expression.
    groups: Vec<Group>,
    /// True if the last thing was a repetition.
    repeated: bool,
}

impl<'a> Scan<'a> {
    fn step(&mut self, first: char) -> Result<(), String> {
        let repeated = std::mem::take(&mut self.repeated);
        match first {
            '(' => self.open()?,
            ')' => {
                let closed = self.groups.pop().unwrap_or_default();
                if self.groups.is_empty() {
                    return Err("unmatched `)`".to_owned());
                }
                self.take(1);
                self.part(closed.repeats);
            }
            '|' => {
                self.take(1);
                self.group().last = None;
            }
            '*' | '+' | '?' => {
                let text = self.take(1);
                self.repeat(repeated, (0, None), text)?;
            }
            '{' => match bounds(self.rest) {
                Some((least, most, length)) => {
                    let text = self.take(length);
                    let too_many = |count: u32| count > MAX_REPEAT;
                    if too_many(least) || most.is_some_and(|most| too_many(most) || most < least) {
                        return Err(format!(
                            "`{}` is not a valid repeat count (at most {MAX_REPEAT})",
                            as_written(text)
                        ));
                    }
                    self.repeat(repeated, (least, most), text)?;
                }
                // A brace that does not begin a count is literal.
                None => {
                    self.take(1);
                    self.part(0);
                }
            },
            '[' => {
                self.take(1);
                class(&mut self.rest)?;
                self.part(0);
            }
            '\\' => self.backslash()?,
            c => {
                self.take(c.len_utf8());
                self.part(0);
            }
        }
        Ok(())
    }

    /// Skips this many bytes and returns them.
    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    fn group(&mut self) -> &mut Group {
        self.groups.last_mut().expect("the first is never taken")
    }

    fn part(&mut self, repeats: u32) {
        let group = self.group();
        group.repeats = group.repeats.max(repeats);
        group.last = Some(repeats);
    }

    fn repeat(
        &mut self,
        repeated: bool,
        (least, most): (u32, Option<u32>),
        text: &str,
    ) -> Result<(), String> {
        if let Some(lazy) = self.rest.strip_prefix('?') {
            self.rest = lazy;
        }
        if repeated {
            return Err(format!("`{text}` repeats a repetition: put it in a group"));
        }
        let Some(last) = self.group().last else {
            return Err(format!("nothing to repeat before `{text}`"));
        };
        let counted = text.starts_with('{');
        let product = match (counted, most.unwrap_or(least)) {
            (true, 0) if most.is_some() => 0,
            (true, count) if count > 0 => count.saturating_mul(last.max(1)),
            _ => last,
        };
        if counted && (least >= 2 || most >= Some(2)) && product > MAX_REPEAT {
            return Err(format!(
                "`{text}` and the counts inside it multiply to more than {MAX_REPEAT}"
            ));
        }
        self.part(product);
        self.repeated = true;
        Ok(())
    }

    fn open(&mut self) -> Result<(), String> {
        let Some(flags) = self.rest.strip_prefix("(?") else {
            self.take(1);
            self.groups.push(Group::default());
            return Ok(());
        };
        let name = flags.strip_prefix("P<").or_else(|| flags.strip_prefix('<'));
        if let Some((name, rest)) = name.and_then(|name| name.split_once('>')) {
            let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            if name.is_empty() || !name.bytes().all(fits) {
                let lookbehind = matches!(name.as_bytes().first(), Some(b'=' | b'!'));
                return Err(if lookbehind {
                    "Go does not support look-behind".to_owned()
                } else {
                    format!("`{}` is not a valid group name", as_written(name))
                });
            }
            self.rest = rest;
            self.groups.push(Group::default());
            return Ok(());
        }
        let (mut negative, mut said) = (false, false);
        for (at, c) in flags.char_indices() {
            match c {
                'i' | 'm' | 's' | 'U' => said = true,
                '-' if !negative => (negative, said) = (true, false),
                ':' | ')' if !negative || said => {
                    self.rest = &flags[at + 1..];
                    if c == ':' {
                        self.groups.push(Group::default());
                    }
                    return Ok(());
                }
                _ => break,
            }
        }
        Err(if flags.starts_with(['=', '!']) {
            "Go does not support look-ahead".to_owned()
        } else {
            let start: String = flags.chars().take(2).collect();
            format!("`(?{}` does not begin a group", as_written(&start))
        })
    }

    fn backslash(&mut self) -> Result<(), String> {
        match self.rest.as_bytes().get(1) {
            Some(b'A' | b'b' | b'B' | b'z') => {
                self.take(2);
                self.part(0);
            }
            Some(b'Q') => {
                let quoted = &self.rest[2..];
                let (literal, rest) = quoted.split_once("\\E").unwrap_or((quoted, ""));
                self.rest = rest;
                if !literal.is_empty() {
                    self.part(0);
                }
            }
            _ => {
                if !shorthand(&mut self.rest)? {
                    escape(&mut self.rest)?;
                }
                self.part(0);
            }
        }
        Ok(())
    }
}

/// The counts and the length of `{2}`, `{2,}` or `{2,3}`. Numbers that are too large are kept.
pub(super) fn bounds(text: &str) -> Option<(u32, Option<u32>, usize)> {
    let end = text.find('}')?;
    let inner = &text[1..end];
    let number = |digits: &str| {
        let fits = digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.is_empty()
            && (digits == "0" || !digits.starts_with('0'));
        fits.then(|| digits.parse().unwrap_or(u32::MAX))
    };
    let (least, most) = match inner.split_once(',') {
        None => {
            let count = number(inner)?;
            (count, Some(count))
        }
        Some((least, "")) => (number(least)?, None),
        Some((least, most)) => (number(least)?, Some(number(most)?)),
    };
    Some((least, most, end + 1))
}

#[cfg(test)]
mod tests;
