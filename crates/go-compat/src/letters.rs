//! Compares and converts letters as Go's packages `strings` and `unicode` do.

use std::sync::LazyLock;

use regex::Regex;

/// `strings.EqualFold`, except for letters whose other case has a different number of letters.
pub fn equal_fold(left: &str, right: &str) -> bool {
    if left.is_ascii() && right.is_ascii() {
        return left.eq_ignore_ascii_case(right);
    }
    left.chars().map(fold).eq(right.chars().map(fold))
}

/// One form for all cases of a name, to look it up by.
pub fn folded(name: &str) -> String {
    name.chars().map(fold).collect()
}

/// `unicode.IsLetter` or `unicode.IsNumber`. Rust's alphanumeric characters also include vowel
/// signs and circled letters.
pub fn is_letter_or_number(c: char) -> bool {
    static CLASS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"[\pL\pN]").expect("the classes are compiled in"));
    if c.is_ascii() {
        return c.is_ascii_alphanumeric();
    }
    CLASS.is_match(c.encode_utf8(&mut [0; 4]))
}

/// `strings.ToLower`: converts each letter on its own.
pub fn lower(text: &str) -> String {
    text.chars().map(lower_char).collect()
}

/// `strings.ToUpper`: converts each letter on its own, so that `ß` stays.
pub fn upper(text: &str) -> String {
    text.chars().map(upper_char).collect()
}

/// `unicode.ToLower`.
pub fn lower_char(c: char) -> char {
    // The only letter whose lower case is one letter in Go and two in Rust.
    if c == 'İ' {
        'i'
    } else {
        single(c.to_lowercase()).unwrap_or(c)
    }
}

/// `unicode.ToUpper`.
pub fn upper_char(c: char) -> char {
    single(c.to_uppercase()).unwrap_or(c)
}

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

#[cfg(test)]
mod tests;
