//! Splits a rule into tokens, as Go's scanner does.

use super::error::ParseError;

/// One token, and the byte at which it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) at: usize,
    pub(super) kind: Kind<'a>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind<'a> {
    And,
    Or,
    Not,
    Open,
    Close,
    Comma,
    /// `...`
    Dots,
    /// A line end that ends a statement in Go: after a name, a string or `)`.
    LineEnd,
    End,
    /// A name.
    Word(&'a str),
    /// A string, without its quotes and with its escapes resolved.
    Text(String),
    /// Anything else, which no rule can contain.
    Other(&'a str),
}

/// The tokens of a rule, one at a time.
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// True if a line end here is a token.
    ends: bool,
}

/// Go skips it at the beginning of a text, and only there.
const BYTE_ORDER_MARK: char = '\u{FEFF}';

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Result<Self, ParseError> {
        let start = if text.starts_with(BYTE_ORDER_MARK) {
            BYTE_ORDER_MARK.len_utf8()
        } else {
            0
        };
        let bad = text[start..].find(['\0', BYTE_ORDER_MARK]);
        if let Some(bad) = bad {
            let message = "found a character that Traefik cannot read";
            return Err(ParseError::at(start + bad, message));
        }
        Ok(Self {
            text,
            at: start,
            ends: false,
        })
    }

    pub(super) fn next(&mut self) -> Result<Token<'a>, ParseError> {
        if let Some(at) = self.skip()? {
            self.ends = false;
            return Ok(Token {
                at,
                kind: Kind::LineEnd,
            });
        }
        let at = self.at;
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return Ok(Token {
                at,
                kind: Kind::End,
            });
        };
        let (kind, length) = match first {
            '(' => (Kind::Open, 1),
            ')' => (Kind::Close, 1),
            ',' => (Kind::Comma, 1),
            '!' if !rest.starts_with("!=") => (Kind::Not, 1),
            '&' if rest.starts_with("&&") => (Kind::And, 2),
            '|' if rest.starts_with("||") => (Kind::Or, 2),
            '.' if rest.starts_with("...") => (Kind::Dots, 3),
            '`' => raw(rest, at)?,
            '"' => quoted(rest, at)?,
            c if is_letter(c) => {
                let end = rest.find(|c: char| !is_letter(c) && !c.is_numeric());
                let word = &rest[..end.unwrap_or(rest.len())];
                (Kind::Word(word), word.len())
            }
            c => (Kind::Other(&rest[..c.len_utf8()]), c.len_utf8()),
        };
        self.at += length;
        self.ends = matches!(kind, Kind::Word(_) | Kind::Text(_) | Kind::Close);
        Ok(Token { at, kind })
    }

    /// True if only spaces follow from this byte on.
    pub(super) fn is_done(&self, from: usize) -> bool {
        self.text[from..].trim().is_empty()
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Skips spaces and comments, and returns the position of a line end that is a token.
    fn skip(&mut self) -> Result<Option<usize>, ParseError> {
        loop {
            let rest = self.rest();
            match rest.bytes().next() {
                None if self.ends => return Ok(Some(self.at)),
                Some(b'\n') if self.ends => {
                    self.at += 1;
                    return Ok(Some(self.at - 1));
                }
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.at += 1,
                Some(b'/') if rest.starts_with("//") => {
                    let end = rest.find('\n').unwrap_or(rest.len());
                    self.comment(rest, end)?;
                }
                Some(b'/') if rest.starts_with("/*") => {
                    let Some(end) = rest[2..].find("*/") else {
                        return Err(ParseError::at(
                            self.at,
                            "found a comment that is never closed",
                        ));
                    };
                    let (at, length) = (self.at, end + 4);
                    self.comment(rest, length)?;
                    if self.ends && rest[..length].contains('\n') {
                        return Ok(Some(at));
                    }
                }
                _ => return Ok(None),
            }
        }
    }

    fn comment(&mut self, rest: &str, length: usize) -> Result<(), ParseError> {
        // Go interprets such comments, and rejects some of them.
        if rest[2..].starts_with("line ") {
            return Err(ParseError::Unchecked("it has a `line` comment"));
        }
        self.at += length;
        Ok(())
    }
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn raw<'a>(rest: &str, at: usize) -> Result<(Kind<'a>, usize), ParseError> {
    let Some(length) = rest[1..].find('`') else {
        return Err(ParseError::at(at, "found a backquote that is never closed"));
    };
    let text = rest[1..=length].replace('\r', "");
    Ok((Kind::Text(text), length + 2))
}

/// Reads a string in double quotes, with Go's escapes.
fn quoted<'a>(rest: &str, at: usize) -> Result<(Kind<'a>, usize), ParseError> {
    let mut bytes = Vec::new();
    let mut left = &rest[1..];
    loop {
        let here = at + rest.len() - left.len();
        let Some(c) = left.chars().next().filter(|&c| c != '\n') else {
            let message = "found a double quote that is not closed on its line";
            return Err(ParseError::at(at, message)
                .hint(Some("put strings of several lines in backquotes")));
        };
        left = &left[c.len_utf8()..];
        match c {
            '"' => break,
            '\\' => {
                let Some(length) = escape(left, &mut bytes) else {
                    let message = "found a backslash that does not begin an escape sequence of Go";
                    let hint = "put the string in backquotes, where a backslash is literal, or \
                                double the backslash";
                    return Err(ParseError::at(here, message).hint(Some(hint)));
                };
                left = &left[length..];
            }
            c => bytes.extend(c.encode_utf8(&mut [0; 4]).bytes()),
        }
    }
    // Only escapes can make invalid UTF-8.
    match String::from_utf8(bytes) {
        Ok(text) => Ok((Kind::Text(text), rest.len() - left.len())),
        Err(_) => Err(ParseError::Unchecked("it has a string that is not UTF-8")),
    }
}

/// Reads the escape after a backslash, and returns its length.
fn escape(rest: &str, bytes: &mut Vec<u8>) -> Option<usize> {
    let first = rest.bytes().next()?;
    let simple = match first {
        b'a' => 0x07,
        b'b' => 0x08,
        b'f' => 0x0c,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 0x0b,
        b'\\' | b'"' => first,
        _ => return number(first, rest, bytes),
    };
    bytes.push(simple);
    Some(1)
}

fn number(first: u8, rest: &str, bytes: &mut Vec<u8>) -> Option<usize> {
    let (from, length, radix) = match first {
        b'0'..=b'7' => (0, 3, 8),
        b'x' => (1, 2, 16),
        b'u' => (1, 4, 16),
        b'U' => (1, 8, 16),
        _ => return None,
    };
    let digits = rest.get(from..from + length)?;
    if !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    let value = u32::from_str_radix(digits, radix).ok()?;
    if matches!(first, b'u' | b'U') {
        bytes.extend(char::from_u32(value)?.encode_utf8(&mut [0; 4]).bytes());
    } else {
        bytes.push(u8::try_from(value).ok()?);
    }
    Some(from + length)
}
