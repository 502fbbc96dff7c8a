//! Translates Go's regular expressions for the `regex` crate, so that they match the same texts.
//!
//! The syntaxes differ: in Go `\d`, `\w`, `\s` and `\b` are limited to ASCII, classes are not
//! nested, a brace may be literal, and there is `\Q…\E`. Two things do not work as in Go: a
//! repeated flag (`(?i)*`) is rejected, and `\B` also matches within a letter of several bytes.

use std::fmt::Write as _;

use super::check::{bounds, check};
use super::class::{class, class_char};
use super::matched::Match;

/// A regular expression as Go reads it.
#[derive(Debug, Clone)]
pub struct Regex {
    compiled: regex::bytes::Regex,
    /// The name of each capturing group, empty if it has none.
    names: Vec<String>,
}

impl Regex {
    /// Compiles an expression. The error says why it is not possible, for people.
    pub fn new(pattern: &str) -> Result<Self, String> {
        Self::within(pattern, DEFAULT_SIZE)
    }

    /// As [`Self::new`], but fails if the compiled expression takes more than `size` bytes.
    pub fn within(pattern: &str, size: usize) -> Result<Self, String> {
        check(pattern)?;
        let mut names = Vec::new();
        let compiled = regex::bytes::RegexBuilder::new(&translate(pattern, &mut names))
            .size_limit(size)
            .dfa_size_limit(size)
            .build();
        match compiled {
            Ok(compiled) => Ok(Self { compiled, names }),
            Err(regex::Error::CompiledTooBig(_)) => Err("it is too large once compiled".to_owned()),
            Err(_) => Err("it has a part that only Go supports".to_owned()),
        }
    }

    /// True if it matches anywhere in a text.
    pub fn is_match(&self, text: &str) -> bool {
        self.compiled.is_match(text.as_bytes())
    }

    /// Every match in a text, with its groups.
    pub fn matches<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Match<'a>> {
        let all = self.compiled.captures_iter(text.as_bytes());
        // Go does not match within a letter of several bytes, not even the empty string.
        all.map(|groups| Match {
            text,
            names: &self.names,
            groups,
        })
        .filter(|found| text.get(found.place()).is_some())
    }
}

/// The default limit of the `regex` crate.
const DEFAULT_SIZE: usize = 10 << 20;

/// Translates an expression that Go compiles into Rust's syntax.
fn translate(pattern: &str, names: &mut Vec<String>) -> String {
    let mut out = String::with_capacity(2 * pattern.len());
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        rest = match c {
            '\\' => backslash(rest, &mut out),
            '[' => brackets(rest, &mut out),
            '(' => open(rest, &mut out, names),
            '{' => match bounds(rest) {
                Some((.., length)) => {
                    out += &rest[..length];
                    &rest[length..]
                }
                None => literal(rest, &mut out),
            },
            ')' | '|' | '*' | '+' | '?' | '.' | '^' | '$' => {
                out.push(c);
                &rest[1..]
            }
            _ => literal(rest, &mut out),
        };
    }
    out
}

/// One literal character.
fn literal<'a>(rest: &'a str, out: &mut String) -> &'a str {
    let length = rest.chars().next().map_or(0, char::len_utf8);
    let (c, rest) = rest.split_at(length);
    *out += &regex::escape(c);
    rest
}

fn backslash<'a>(rest: &'a str, out: &mut String) -> &'a str {
    if let Some(quoted) = rest.strip_prefix("\\Q") {
        let (text, rest) = quoted.split_once("\\E").unwrap_or((quoted, ""));
        *out += &regex::escape(text);
        return rest;
    }
    let asserted = match rest.as_bytes().get(1) {
        Some(b'A') => "\\A",
        Some(b'z') => "\\z",
        Some(b'b') => "(?-u:\\b)",
        Some(b'B') => "(?-u:\\B)",
        _ => return item(rest, out),
    };
    *out += asserted;
    &rest[2..]
}

/// A shorthand or a character, inside or outside a class.
fn item<'a>(rest: &'a str, out: &mut String) -> &'a str {
    let known = match rest.get(..2) {
        Some("\\d") => "[0-9]",
        Some("\\D") => "[^0-9]",
        Some("\\s") => "[\\t\\n\\f\\r ]",
        Some("\\S") => "[^\\t\\n\\f\\r ]",
        Some("\\w") => "[0-9A-Za-z_]",
        Some("\\W") => "[^0-9A-Za-z_]",
        Some(unicode @ ("\\p" | "\\P")) => return unicode_class(unicode, &rest[2..], out),
        _ => {
            let mut behind = rest;
            let value = class_char(&mut behind).unwrap_or_default();
            let _ = write!(out, "\\x{{{value:X}}}");
            return behind;
        }
    };
    *out += known;
    &rest[2..]
}

fn unicode_class<'a>(start: &str, rest: &'a str, out: &mut String) -> &'a str {
    let (name, behind) = match rest.strip_prefix('{') {
        Some(braced) => braced.split_once('}').unwrap_or((braced, "")),
        None => rest.split_at(rest.chars().next().map_or(0, char::len_utf8)),
    };
    let (name, other) = match name.strip_prefix('^') {
        Some(name) => (name, true),
        None => (name, false),
    };
    let letter = if (start == "\\P") == other { 'p' } else { 'P' };
    let _ = write!(out, "\\{letter}{{{name}}}");
    behind
}

/// A whole class, with every character as a number, because Rust has operators there.
fn brackets<'a>(rest: &'a str, out: &mut String) -> &'a str {
    let mut behind = &rest[1..];
    if class(&mut behind).is_err() {
        return behind;
    }
    let mut inner = &rest[1..rest.len() - behind.len() - 1];
    out.push('[');
    if let Some(negated) = inner.strip_prefix('^') {
        out.push('^');
        inner = negated;
    }
    while !inner.is_empty() {
        if let Some((name, after)) = inner
            .strip_prefix("[:")
            .and_then(|inner| inner.split_once(":]"))
        {
            let _ = write!(out, "[:{name}:]");
            inner = after;
            continue;
        }
        inner = item(inner, out);
        // `class` has checked that a range has an end, unless its `-` is the last character.
        if let Some(end) = inner.strip_prefix('-').filter(|end| !end.is_empty()) {
            out.push('-');
            inner = item(end, out);
        }
    }
    out.push(']');
    behind
}

/// The beginning of a group, or flags. Go accepts more names than Rust, so they are kept
/// separately.
fn open<'a>(rest: &'a str, out: &mut String, names: &mut Vec<String>) -> &'a str {
    let Some(flags) = rest.strip_prefix("(?") else {
        out.push('(');
        names.push(String::new());
        return &rest[1..];
    };
    if flags.starts_with(['P', '<'])
        && let Some((name, behind)) = flags.split_once('>')
    {
        out.push('(');
        let name = name.trim_start_matches('P').trim_start_matches('<');
        names.push(name.to_owned());
        return behind;
    }
    let end = flags.find([':', ')']).unwrap_or(flags.len());
    let (on, off) = flags[..end].split_once('-').unwrap_or((&flags[..end], ""));
    // Rust accepts each flag once; if a flag is both set and cleared, Go applies the second.
    let once = |said: &str, but: &str| -> String {
        let flags = "imsU".chars();
        flags
            .filter(|&flag| said.contains(flag) && !but.contains(flag))
            .collect()
    };
    let (on, off) = (once(on, off), once(off, ""));
    let minus = if off.is_empty() { "" } else { "-" };
    let group = flags[end..].starts_with(':');
    if group {
        let _ = write!(out, "(?{on}{minus}{off}:");
    } else if !on.is_empty() || !off.is_empty() {
        let _ = write!(out, "(?{on}{minus}{off})");
    }
    flags.get(end + 1..).unwrap_or_default()
}

#[cfg(test)]
mod tests;
