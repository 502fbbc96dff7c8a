//! Text in, the reason why Traefik could not take it out, if there is one.
//!
//! Traefik reads the document as YAML, even when it is JSON: some characters make it reject the
//! whole, some are read as another.

/// The longest name in bytes. Traefik takes 1,024 characters, quotes and escapes counted, and an
/// element that must be renamed needs some room.
pub(crate) const MAX_NAME: usize = 256;

/// The first character that Traefik cannot take, described for people.
pub(crate) fn forbidden(text: &str) -> Option<String> {
    // Nearly all texts are plain, and every text comes through here.
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return None;
    }
    let c = text.chars().find(|&c| is_forbidden(c))?;
    let why = if c == LIST_SEPARATOR {
        "splits lists inside Traefik"
    } else {
        "cannot be written in a document for Traefik"
    };
    Some(format!("the character U+{:04X} {why}", u32::from(c)))
}

/// Text of users for a message: one line, of bounded length.
pub fn shown(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(MAX_SHOWN)
        .flat_map(char::escape_debug)
        .collect();
    if text.chars().nth(MAX_SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

const MAX_SHOWN: usize = 80;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_yaml_cannot_hold_is_named() {
        for good in ["Host(`é.example`)", "a\tb\nc\r", "😀", "\u{FFFD}"] {
            assert_eq!(forbidden(good), None, "{good:?}");
        }
        for bad in [
            "\0", "\u{7f}", "\u{85}", "\u{9f}", "\u{2028}", "\u{FEFF}", "a║b",
        ] {
            assert!(forbidden(bad).is_some(), "{bad:?}");
        }
    }

    #[test]
    fn shown_text_is_short_and_of_one_line() {
        assert_eq!(shown("a\nb"), "a\\nb");
        assert_eq!(shown(&"x".repeat(90)), format!("{}…", "x".repeat(80)));
    }
}
