//! Quotes texts with Go's escapes.

/// Go's `strconv.Quote`.
pub(super) fn quote(text: &str, ascii: bool) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        escape(c, '"', ascii, &mut out);
    }
    out.push('"');
    out
}

pub(super) fn quote_character(c: char, ascii: bool) -> String {
    let mut out = String::from('\'');
    escape(c, '\'', ascii, &mut out);
    out.push('\'');
    out
}

fn escape(c: char, quote: char, ascii: bool, out: &mut String) {
    let short = match c {
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\u{c}' => 'f',
        '\n' => 'n',
        '\r' => 'r',
        '\t' => 't',
        '\u{b}' => 'v',
        '\\' => '\\',
        c if c == quote => c,
        _ => {
            let code = u32::from(c);
            if is_shown(c) && (c.is_ascii() || !ascii) {
                out.push(c);
            } else if code < 0x80 {
                out.push_str(&format!("\\x{code:02x}"));
            } else if code < 0x1_0000 {
                out.push_str(&format!("\\u{code:04x}"));
            } else {
                out.push_str(&format!("\\U{code:08x}"));
            }
            return;
        }
    };
    out.extend(['\\', short]);
}

/// True if Go prints the character as it is: no control or format character, and no space other
/// than U+0020.
pub(super) fn is_shown(c: char) -> bool {
    if c.is_ascii() {
        return c == ' ' || c.is_ascii_graphic();
    }
    !c.is_whitespace() && (c.is_alphanumeric() || c.escape_debug().count() == 1)
}
