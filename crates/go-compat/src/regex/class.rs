//! Parses classes, shorthands and escapes of a regular expression.

use super::unicode;
use crate::excerpt::as_written;

/// Parses the text after `[`, up to its `]`.
pub(super) fn class(rest: &mut &str) -> Result<(), String> {
    *rest = rest.strip_prefix('^').unwrap_or(rest);
    let mut first = true;
    loop {
        if !first && let Some(behind) = rest.strip_prefix(']') {
            *rest = behind;
            return Ok(());
        }
        first = false;
        if posix(rest)? || shorthand(rest)? {
            continue;
        }
        let before = *rest;
        let low = class_char(rest)?;
        let range = rest.strip_prefix('-');
        if let Some(behind) = range.filter(|rest| !rest.is_empty() && !rest.starts_with(']')) {
            *rest = behind;
            if class_char(rest)? < low {
                let range = &before[..before.len() - rest.len()];
                return Err(format!("the range `{}` is empty", as_written(range)));
            }
        }
    }
}

/// Skips `[:alpha:]` and the like.
fn posix(rest: &mut &str) -> Result<bool, String> {
    let Some((name, behind)) = rest
        .strip_prefix("[:")
        .and_then(|rest| rest.split_once(":]"))
    else {
        return Ok(false);
    };
    const NAMES: [&str; 14] = [
        "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
        "space", "upper", "word", "xdigit",
    ];
    if !NAMES.contains(&name.strip_prefix('^').unwrap_or(name)) {
        return Err(format!(
            "`[:{}:]` is not a character class",
            as_written(name)
        ));
    }
    *rest = behind;
    Ok(true)
}

/// Skips `\d`, `\pL`, `\p{Greek}` and the like.
pub(super) fn shorthand(rest: &mut &str) -> Result<bool, String> {
    let mut chars = rest.chars();
    if chars.next() != Some('\\') {
        return Ok(false);
    }
    match chars.next() {
        Some('d' | 'D' | 's' | 'S' | 'w' | 'W') => {
            *rest = &rest[2..];
            Ok(true)
        }
        Some('p' | 'P') => {
            let name = chars.as_str();
            let (name, behind) = match name.strip_prefix('{') {
                Some(braced) => braced.split_once('}').ok_or("a `\\p{` is never closed")?,
                None => name.split_at(name.chars().next().map_or(0, char::len_utf8)),
            };
            if !unicode::is_class(name) {
                return Err(format!(
                    "`\\p{{{}}}` is not a character class",
                    as_written(name)
                ));
            }
            *rest = behind;
            Ok(true)
        }
        _ => Ok(false),
    }
}

pub(super) fn class_char(rest: &mut &str) -> Result<u32, String> {
    if rest.starts_with('\\') {
        return escape(rest);
    }
    let c = next(rest).ok_or("a `[` is never closed")?;
    Ok(c.into())
}

/// Skips an escape sequence and returns its character.
pub(super) fn escape(rest: &mut &str) -> Result<u32, String> {
    let before = *rest;
    next(rest);
    let Some(c) = next(rest) else {
        return Err("it ends with a backslash".to_owned());
    };
    let value = match c {
        'a' => Some(0x07),
        'f' => Some(0x0c),
        'n' => Some(0x0a),
        'r' => Some(0x0d),
        't' => Some(0x09),
        'v' => Some(0x0b),
        'x' => hexadecimal(rest),
        '1'..='7' if !rest.starts_with(is_octal) => None,
        '0'..='7' => {
            let mut value = c.to_digit(8);
            for _ in 1..3 {
                let Some(digit) = rest.chars().next().and_then(|c| c.to_digit(8)) else {
                    break;
                };
                next(rest);
                value = value.map(|value| value * 8 + digit);
            }
            value
        }
        c => (c.is_ascii() && !c.is_ascii_alphanumeric()).then_some(c.into()),
    };
    value.ok_or_else(|| {
        let text = &before[..before.len() - rest.len()];
        if c.is_ascii_digit() {
            format!(
                "`{}` is a backreference, which Go does not support",
                as_written(text)
            )
        } else {
            format!("`{}` is not an escape sequence", as_written(text))
        }
    })
}

fn is_octal(c: char) -> bool {
    c.is_digit(8)
}

/// Parses the text after `\x`.
fn hexadecimal(rest: &mut &str) -> Option<u32> {
    let digits = match rest.strip_prefix('{') {
        Some(braced) => {
            let (digits, behind) = braced.split_once('}')?;
            *rest = behind;
            digits
        }
        None => {
            let digits = rest.get(..2)?;
            *rest = &rest[2..];
            digits
        }
    };
    // Rust's `from_str_radix` accepts a sign, Go does not.
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let value = u32::from_str_radix(digits, 16).ok()?;
    (value <= u32::from(char::MAX)).then_some(value)
}

fn next(rest: &mut &str) -> Option<char> {
    let c = rest.chars().next()?;
    *rest = &rest[c.len_utf8()..];
    Some(c)
}
