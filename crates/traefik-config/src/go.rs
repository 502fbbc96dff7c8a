//! Go's way to read scalars: text in, the value that Traefik would get out.

use std::sync::LazyLock;

use regex::Regex;

/// `strconv.ParseBool`.
pub(crate) fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

/// `strconv.ParseInt` with base 10 and 64 bits.
pub(crate) fn parse_int(text: &str) -> Option<i64> {
    // Rust's own reading has the same grammar: an optional sign, then digits only.
    text.parse().ok()
}

/// `strconv.ParseUint` with base 10: no sign at all.
pub(crate) fn parse_uint(text: &str, bits: u32) -> Option<u64> {
    let value: u64 = text
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())??;
    (bits >= 64 || value >> bits == 0).then_some(value)
}

/// A duration of paerser in nanoseconds: whole seconds, or what `time.ParseDuration` reads.
pub(crate) fn parse_duration(text: &str) -> Option<i64> {
    match parse_int(text) {
        // Go wraps around here, and so must we to name the duration that Traefik uses.
        Some(seconds) => Some(seconds.wrapping_mul(SECOND)),
        None => parse_units(text),
    }
}

/// `time.Duration.String`: the one way in which Traefik writes a duration.
pub(crate) fn format_duration(nanos: i64) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    let abs = nanos.unsigned_abs();
    if abs == 0 {
        return "0s".to_owned();
    }
    if abs < SECOND.unsigned_abs() {
        let (unit, name) = match abs {
            0..1_000 => (1, "ns"),
            1_000..1_000_000 => (1_000, "µs"),
            _ => (1_000_000, "ms"),
        };
        return format!("{sign}{}{name}", decimal(abs, unit));
    }
    let second = SECOND.unsigned_abs();
    let minutes = abs / (60 * second);
    let seconds = decimal(abs % (60 * second), second);
    match (minutes / 60, minutes % 60) {
        (0, 0) => format!("{sign}{seconds}s"),
        (0, minutes) => format!("{sign}{minutes}m{seconds}s"),
        (hours, minutes) => format!("{sign}{hours}h{minutes}m{seconds}s"),
    }
}

/// `strings.EqualFold`, but for letters whose other case has another number of letters.
pub(crate) fn equal_fold(left: &str, right: &str) -> bool {
    if left.is_ascii() && right.is_ascii() {
        return left.eq_ignore_ascii_case(right);
    }
    left.chars().map(fold).eq(right.chars().map(fold))
}

/// One form for all cases of a name, to look it up by.
pub(crate) fn folded(name: &str) -> String {
    name.chars().map(fold).collect()
}

/// `unicode.IsLetter` or `unicode.IsNumber`. Rust's own alphanumeric characters are more: vowel
/// signs and letters in circles too.
pub(crate) fn is_letter_or_number(c: char) -> bool {
    static CLASS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"[\pL\pN]").expect("the classes are compiled in"));
    if c.is_ascii() {
        return c.is_ascii_alphanumeric();
    }
    CLASS.is_match(c.encode_utf8(&mut [0; 4]))
}

/// `strings.ToLower`: each letter for itself.
pub(crate) fn lower(text: &str) -> String {
    text.chars().map(lower_char).collect()
}

/// `strings.ToUpper`: each letter for itself, so that `ß` stays.
pub(crate) fn upper(text: &str) -> String {
    text.chars().map(upper_char).collect()
}

/// `unicode.ToLower`.
pub(crate) fn lower_char(c: char) -> char {
    // The only letter whose small form has one letter in Go and two in Rust.
    if c == 'İ' {
        'i'
    } else {
        single(c.to_lowercase()).unwrap_or(c)
    }
}

/// `unicode.ToUpper`.
pub(crate) fn upper_char(c: char) -> char {
    single(c.to_uppercase()).unwrap_or(c)
}

const SECOND: i64 = 1_000_000_000;

fn fold(c: char) -> char {
    // The dotless i is a letter of its own in Go, while its upper case is a plain I.
    if c.is_ascii() || c == 'ı' {
        return c.to_ascii_lowercase();
    }
    let upper = single(c.to_uppercase()).unwrap_or(c);
    single(upper.to_lowercase()).unwrap_or(upper)
}

fn single(mut chars: impl Iterator<Item = char>) -> Option<char> {
    chars.next().filter(|_| chars.next().is_none())
}

/// `abs / unit` with as many decimals as it has.
fn decimal(abs: u64, unit: u64) -> String {
    let whole = abs / unit;
    let rest = abs % unit;
    if rest == 0 {
        return whole.to_string();
    }
    let width = unit.ilog10() as usize;
    let digits = format!("{rest:0width$}");
    format!("{whole}.{}", digits.trim_end_matches('0'))
}

/// `time.ParseDuration`: a sign, then numbers with units.
fn parse_units(text: &str) -> Option<i64> {
    let (negative, mut rest) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let (nanos, after) = parse_number_with_unit(rest)?;
        total = total.checked_add(nanos).filter(|&sum| sum <= LIMIT)?;
        rest = after;
    }
    if negative {
        // The smallest duration has no positive twin.
        Some((total as i64).wrapping_neg())
    } else {
        i64::try_from(total).ok()
    }
}

/// The magnitude of the smallest duration.
const LIMIT: u64 = 1 << 63;

fn parse_number_with_unit(text: &str) -> Option<(u64, &str)> {
    let (whole, rest) = split_digits(text);
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(rest) => split_digits(rest),
        None => ("", rest),
    };
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let end = rest
        .find(|c: char| c == '.' || c.is_ascii_digit())
        .unwrap_or(rest.len());
    let (unit, rest) = rest.split_at(end);
    let unit: u64 = match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    };
    let whole: u64 = if whole.is_empty() {
        0
    } else {
        whole.parse().ok()?
    };
    let nanos = whole.checked_mul(unit).filter(|&nanos| nanos <= LIMIT)?;
    Some((nanos.checked_add(fraction_of(fraction, unit))?, rest))
}

fn split_digits(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    text.split_at(end)
}

/// What decimals are worth in a unit; digits beyond Go's precision do not count, as in Go.
fn fraction_of(digits: &str, unit: u64) -> u64 {
    let mut value: u64 = 0;
    let mut scale: f64 = 1.0;
    for digit in digits.bytes().map(|byte| u64::from(byte - b'0')) {
        let Some(next) = value
            .checked_mul(10)
            .and_then(|value| value.checked_add(digit))
            .filter(|&next| next <= LIMIT)
        else {
            break;
        };
        value = next;
        scale *= 10.0;
    }
    (value as f64 * (unit as f64 / scale)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_written_as_by_go() {
        for (text, written) in [
            ("10", "10s"),
            ("0", "0s"),
            ("-3", "-3s"),
            ("90s", "1m30s"),
            ("1h", "1h0m0s"),
            ("100ms", "100ms"),
            ("1.5s", "1.5s"),
            (".5h", "30m0s"),
            ("1h2m3.004s", "1h2m3.004s"),
            ("1us", "1µs"),
            ("1500ns", "1.5µs"),
            ("-1m", "-1m0s"),
            ("-2562047h47m16.854775808s", "-2562047h47m16.854775808s"),
        ] {
            let read = parse_duration(text).map(format_duration);
            assert_eq!(read.as_deref(), Some(written), "{text}");
        }
        for text in [
            "",
            "s",
            "10 s",
            "1d",
            "-",
            ".s",
            "1",
            "9223372036854775808ns",
        ] {
            assert_eq!(parse_units(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_have_a_sign_or_not_and_nothing_else() {
        assert_eq!(parse_int("+5"), Some(5));
        assert_eq!(parse_int("-5"), Some(-5));
        for text in [
            "",
            "+",
            " 5",
            "5 ",
            "5.0",
            "1_000",
            "0x10",
            "9223372036854775808",
        ] {
            assert_eq!(parse_int(text), None, "{text}");
        }
        assert_eq!(parse_uint("5", 32), Some(5));
        assert_eq!(parse_uint("+5", 32), None);
        assert_eq!(parse_uint("4294967296", 32), None);
    }

    #[test]
    fn names_are_equal_whatever_their_case() {
        assert!(equal_fold("stsSeconds", "STSSECONDS"));
        assert!(equal_fold("\u{212A}ey", "key"));
        assert!(!equal_fold("ı", "i"));
        assert!(!equal_fold("a", "ab"));
    }
}
