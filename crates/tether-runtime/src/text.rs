//! Makes text safe for a log or a terminal: text from other parties, and addresses with passwords.

/// The longest foreign text in a log line, in characters.
const LOG_LIMIT_CHARS: usize = 400;

/// Shown in place of a user name and password.
pub(crate) const REDACTED: &str = "***";

/// The text on one line, without control characters, cut to the length of a log line.
pub fn printable(text: &str) -> String {
    printable_up_to(text, LOG_LIMIT_CHARS)
}

/// [`printable`] text of at most `limit` characters; `…` marks what is cut.
pub fn printable_up_to(text: &str, limit: usize) -> String {
    let mut chars = text.chars();
    let line = chars.by_ref().take(limit);
    let mut line: String = line.map(|c| if c.is_control() { ' ' } else { c }).collect();
    if chars.next().is_some() {
        line.push('…');
    }
    line
}

/// The text with the user and password of each URL in it replaced: `http://***@host`.
pub fn without_passwords(text: &str) -> String {
    let mut parts = text.split("://");
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_end = |letter: char| "/?#".contains(letter) || letter.is_whitespace();
        let authority = &part[..part.find(is_end).unwrap_or(part.len())];
        let kept = authority.rfind('@').map_or(part, |at| &part[at..]);
        let hidden = if kept.len() < part.len() {
            REDACTED
        } else {
            ""
        };
        result.extend(["://", hidden, kept]);
    }
    result
}

#[cfg(test)]
mod tests;
