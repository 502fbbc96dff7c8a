//! Makes other people's text safe for messages: one line of bounded length.

/// The text with escapes for whatever would not show.
pub fn shown(text: &str) -> String {
    cut(text, |c, out| out.extend(c.escape_debug()))
}

/// The text with control characters escaped and everything else as it was written: in a rule or
/// a regular expression a doubled backslash would mislead.
pub fn as_written(text: &str) -> String {
    cut(text, |c, out| {
        if c.is_control() {
            out.extend(c.escape_debug());
        } else {
            out.push(c);
        }
    })
}

/// The most characters of a text that a message repeats.
const MAX_SHOWN: usize = 80;

fn cut(text: &str, write: fn(char, &mut String)) -> String {
    let mut out = String::new();
    for c in text.chars().take(MAX_SHOWN) {
        write(c, &mut out);
    }
    if text.chars().nth(MAX_SHOWN).is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests;
