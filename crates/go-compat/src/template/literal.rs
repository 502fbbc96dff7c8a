//! Reads numbers, characters and strings as Go writes them.

use std::sync::Arc;

use super::tree::{Number, OperandKind};
use super::value::Value;

/// Parses a number.
pub(super) fn number(text: &str) -> Result<OperandKind, String> {
    let int = int(text);
    let pointed = !is_based(text) && text.contains(['.', 'e', 'E']);
    let (int, value) = if pointed {
        let float = float(text).ok_or_else(|| format!("{text} is not a number"))?;
        let whole = (float.fract() == 0.0 && float.abs() < 9.2e18).then_some(float as i64);
        (whole, Some(Value::Float(float)))
    } else {
        // A number that only fits an unsigned integer fails where it is used.
        let unsigned = || !text.starts_with('0') && text.parse::<u64>().is_ok();
        if int.is_none() && !unsigned() {
            return Err(format!("{text} is not a number, or too large"));
        }
        (int, int.map(Value::Int))
    };
    Ok(OperandKind::Number(Number {
        text: text.to_owned(),
        int,
        value,
    }))
}

/// The length of the part of a text that looks like a number.
pub(super) fn number_length(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let mut end = usize::from(matches!(bytes[0], b'+' | b'-'));
    let run = |from: usize, allowed: &str| {
        let rest = &rest[from..];
        from + rest.find(|c| !allowed.contains(c)).unwrap_or(rest.len())
    };
    let mut digits = "0123456789_";
    if bytes.get(end) == Some(&b'0') {
        end += 1;
        match bytes.get(end) {
            Some(b'x' | b'X') => digits = "0123456789abcdefABCDEF_",
            Some(b'o' | b'O') => digits = "01234567_",
            Some(b'b' | b'B') => digits = "01_",
            _ => {}
        }
        end += usize::from(!digits.starts_with("0123456789_"));
        end = end.min(rest.len());
    }
    end = run(end, digits);
    if bytes.get(end) == Some(&b'.') {
        end = run(end + 1, digits);
    }
    if digits.len() == 11 && matches!(bytes.get(end), Some(b'e' | b'E')) {
        end += 1;
        end += usize::from(matches!(bytes.get(end), Some(b'+' | b'-')));
        end = run(end, digits);
    }
    end
}

/// A character between single quotes: its number.
pub(super) fn character(quoted: &str) -> Result<OperandKind, String> {
    let inside = &quoted[1..quoted.len() - 1];
    let text = unescape(inside, '\'')?;
    let mut chars = text.chars();
    let (Some(c), None) = (chars.next(), chars.next()) else {
        return Err(format!(
            "{quoted} is not one character: put strings between \" or `"
        ));
    };
    let int = i64::from(u32::from(c));
    Ok(OperandKind::Number(Number {
        text: quoted.to_owned(),
        int: Some(int),
        value: Some(Value::Int(int)),
    }))
}

/// A text between double quotes.
pub(super) fn quoted(quoted: &str) -> Result<Arc<str>, String> {
    unescape(&quoted[1..quoted.len() - 1], '"').map(Into::into)
}

/// A text between back quotes: Go drops carriage returns there.
pub(super) fn raw(quoted: &str) -> Arc<str> {
    quoted[1..quoted.len() - 1].replace('\r', "").into()
}

/// Go's `strconv.ParseInt` with base 0: `0x`, `0o`, `0b` and `0` select the base.
pub(super) fn int(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if !digits
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    {
        return None;
    }
    let lower = digits.to_ascii_lowercase();
    let (base, number) = match lower.as_bytes() {
        [b'0', b'x', ..] => (16, &lower[2..]),
        [b'0', b'o', ..] => (8, &lower[2..]),
        [b'0', b'b', ..] => (2, &lower[2..]),
        [b'0', _, ..] => (8, &lower[1..]),
        _ => (10, &*lower),
    };
    // One underscore is allowed between digits, and after the prefix of the base.
    let leading = base != 10 && number.starts_with('_');
    let number = if leading { &number[1..] } else { number };
    let parts: Vec<&str> = number.split('_').collect();
    if parts.iter().any(|part| part.is_empty()) {
        return None;
    }
    let magnitude = u64::from_str_radix(&parts.concat(), base).ok()?;
    if negative {
        0_i64.checked_sub_unsigned(magnitude)
    } else {
        i64::try_from(magnitude).ok()
    }
}

fn is_based(text: &str) -> bool {
    let digits = text.trim_start_matches(['+', '-']).as_bytes();
    matches!(digits, [b'0', b'x' | b'X' | b'o' | b'O' | b'b' | b'B', ..])
}

fn float(text: &str) -> Option<f64> {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let between = |(at, _): (usize, &str)| {
        digit(text[..at].chars().next_back()) && digit(text[at + 1..].chars().next())
    };
    if !text.match_indices('_').all(between) {
        return None;
    }
    let text = text.replace('_', "");
    // Rust's `parse` accepts the same grammar, and words, which number tokens do not contain.
    let value: f64 = text.parse().ok()?;
    value.is_finite().then_some(value)
}

/// Resolves Go's escapes. Only the quote that closes the text may be escaped.
fn unescape(text: &str, quote: char) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        rest = escape(&rest[at + 1..], quote, &mut bytes).ok_or_else(|| {
            format!(
                "\\{} is not an escape sequence of Go",
                first(&rest[at + 1..])
            )
        })?;
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).map_err(|_| "this makes a string that is not UTF-8".to_owned())
}

fn first(text: &str) -> String {
    text.chars().take(1).collect()
}

/// Reads one escape, and returns the text after it.
fn escape<'a>(text: &'a str, quote: char, out: &mut Vec<u8>) -> Option<&'a str> {
    let c = text.chars().next()?;
    let rest = &text[c.len_utf8()..];
    let simple = match c {
        'a' => 7,
        'b' => 8,
        'f' => 12,
        'n' => b'\n',
        'r' => b'\r',
        't' => b'\t',
        'v' => 11,
        '\\' => b'\\',
        c if c == quote => quote as u8,
        'x' => return byte(rest, 2, 16, quote, out),
        '0'..='7' => return byte(text, 3, 8, quote, out),
        'u' => return letter(rest, 4, out),
        'U' => return letter(rest, 8, out),
        _ => return None,
    };
    out.push(simple);
    Some(rest)
}

fn byte<'a>(
    text: &'a str,
    length: usize,
    base: u32,
    quote: char,
    out: &mut Vec<u8>,
) -> Option<&'a str> {
    let digits = digits(text, length, base)?;
    let value = u8::try_from(u32::from_str_radix(digits, base).ok()?).ok()?;
    if quote == '\'' {
        // As a character it is a number, not a byte of a text.
        out.extend(char::from(value).to_string().bytes());
    } else {
        out.push(value);
    }
    Some(&text[length..])
}

fn letter<'a>(text: &'a str, length: usize, out: &mut Vec<u8>) -> Option<&'a str> {
    let value = u32::from_str_radix(digits(text, length, 16)?, 16).ok()?;
    out.extend(char::from_u32(value)?.to_string().bytes());
    Some(&text[length..])
}

fn digits(text: &str, length: usize, base: u32) -> Option<&str> {
    let digits = text.get(..length)?;
    digits.chars().all(|c| c.is_digit(base)).then_some(digits)
}
