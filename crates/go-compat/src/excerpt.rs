//! Makes foreign text safe for messages: one line of limited length.

/// The text, with invisible characters escaped.
pub fn shown(text: &str) -> String {
    cut(text, |c, out| out.extend(c.escape_debug()))
}

/// The text, with only control characters escaped. A doubled backslash would be misleading in a
/// rule or a regular expression.
pub fn as_written(text: &str) -> String {
    cut(text, |c, out| {
        if c.is_control() {
            out.extend(c.escape_debug());
        } else {
            out.push(c);
        }
    })
}

/// The longest excerpt, in characters.
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
