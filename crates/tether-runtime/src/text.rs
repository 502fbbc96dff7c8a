//! Makes text from other parties safe for one line of a log or a terminal.

/// The longest foreign text in a log line, in characters.
const LOG_LIMIT_CHARS: usize = 400;

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

#[cfg(test)]
mod tests;
