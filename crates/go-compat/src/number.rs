//! Reads booleans and whole numbers as Go's package `strconv` does.

/// `strconv.ParseBool`.
pub fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

/// `strconv.ParseInt` with base 10 and 64 bits.
pub fn parse_int(text: &str) -> Option<i64> {
    // Rust's `parse` has the same grammar: an optional sign, then digits only.
    text.parse().ok()
}

/// `strconv.ParseUint` with base 10: no sign at all.
pub fn parse_uint(text: &str, bits: u32) -> Option<u64> {
    let value: u64 = text
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())??;
    (bits >= 64 || value >> bits == 0).then_some(value)
}

#[cfg(test)]
mod tests;
