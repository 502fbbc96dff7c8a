//! Finds characters in names and values that Traefik cannot read.
//!
//! Traefik reads the document as YAML, even when it is JSON: some characters make it reject the
//! whole document, and some are read as different ones.

/// The longest name in bytes. Traefik accepts 1,024 characters including quotes and escapes, and
/// renaming an element makes its name longer.
pub(crate) const MAX_NAME: usize = 256;

/// Describes the first character that Traefik cannot read.
pub(crate) fn forbidden(text: &str) -> Option<String> {
    // A fast path: nearly all texts are plain.
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return None;
    }
    let c = text.chars().find(|&c| is_forbidden(c))?;
    let why = if c == LIST_SEPARATOR {
        "is the separator of lists inside Traefik"
    } else {
        "cannot be part of a document for Traefik"
    };
    Some(format!("the character U+{:04X} {why}", u32::from(c)))
}

const LIST_SEPARATOR: char = '║';

fn is_forbidden(c: char) -> bool {
    match c {
        // JSON escapes these three, and people write labels of several lines.
        '\t' | '\n' | '\r' => false,
        // Line breaks of YAML that JSON does not escape: read back as a space.
        '\u{2028}' | '\u{2029}' => true,
        '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}' | LIST_SEPARATOR => true,
        c => c.is_control(),
    }
}

/// True for a name such as `[0]`: Traefik reads an object whose first name is of this form as a
/// list.
pub(crate) fn is_index(name: &str) -> bool {
    name.len() > 1 && name.starts_with('[') && name.ends_with(']')
}

#[cfg(test)]
mod tests;
