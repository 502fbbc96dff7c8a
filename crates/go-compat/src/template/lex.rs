//! Splits the text of a template into tokens. The last token is the end, or an error.

use super::literal;

/// One token, and the byte at which it begins.
#[derive(Debug, Clone)]
pub(super) struct Token<'a> {
    pub(super) at: usize,
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    /// True if white space precedes it inside an action.
    pub(super) spaced: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Open,
    Close,
    /// `true` or `false`.
    Bool,
    Character,
    Number,
    Quoted,
    Raw,
    Name,
    /// With its dot.
    Field,
    /// With its `$`.
    Variable,
    Dot,
    Keyword,
    Assign,
    Declare,
    Pipe,
    LeftParen,
    RightParen,
    /// Any other character.
    Other,
    Wrong(String),
    End,
}

pub(super) fn lex(source: &str) -> Vec<Token<'_>> {
    let mut lexer = Lexer {
        source,
        at: 0,
        parens: 0,
        spaced: false,
        tokens: Vec::new(),
    };
    let end = match lexer.run() {
        Ok(()) => Kind::End,
        Err(why) => Kind::Wrong(why),
    };
    lexer.push(end, lexer.at);
    lexer.tokens
}

const SPACES: [char; 4] = [' ', '\t', '\r', '\n'];
const KEYWORDS: [&str; 11] = [
    "block", "break", "continue", "define", "else", "end", "if", "nil", "range", "template", "with",
];

struct Lexer<'a> {
    source: &'a str,
    at: usize,
    parens: usize,
    spaced: bool,
    tokens: Vec<Token<'a>>,
}

impl<'a> Lexer<'a> {
    /// Text, then an action or a comment, and so on.
    fn run(&mut self) -> Result<(), String> {
        while let Some(length) = self.rest().find("{{") {
            let start = self.at;
            self.at += length;
            let inside = &self.rest()[2..];
            let trim = inside.starts_with('-') && inside[1..].starts_with(SPACES);
            let text = &self.source[start..self.at];
            let text = if trim {
                text.trim_end_matches(SPACES)
            } else {
                text
            };
            self.text(start, text);
            let marker = if trim { 4 } else { 2 };
            if self.rest()[marker..].starts_with("/*") {
                self.at += marker;
                self.comment()?;
            } else {
                self.push(Kind::Open, self.at + 2);
                self.at = start + length + marker;
                self.action()?;
            }
        }
        let (start, rest) = (self.at, self.rest());
        self.text(start, rest);
        self.at = self.source.len();
        Ok(())
    }

    fn text(&mut self, at: usize, text: &'a str) {
        if !text.is_empty() {
            self.tokens.push(Token {
                at,
                kind: Kind::Text,
                text,
                spaced: false,
            });
        }
    }

    fn comment(&mut self) -> Result<(), String> {
        let end = self
            .rest()
            .find("*/")
            .ok_or("the comment is not closed: write */}}")?;
        self.at += end + 2;
        match self.closing() {
            Some(trim) => {
                self.close(trim);
                Ok(())
            }
            None => Err("a comment must be alone in its action: write {{/* … */}}".to_owned()),
        }
    }

    /// If the action ends here, whether it trims the text after it.
    fn closing(&self) -> Option<bool> {
        let rest = self.rest();
        if rest.starts_with("}}") {
            return Some(false);
        }
        let trimmed = rest.strip_prefix(SPACES)?.starts_with("-}}");
        trimmed.then_some(true)
    }

    fn close(&mut self, trim: bool) {
        self.at += if trim { 4 } else { 2 };
        if trim {
            let rest = self.rest();
            self.at += rest.len() - rest.trim_start_matches(SPACES).len();
        }
    }

    /// The tokens up to `}}`.
    fn action(&mut self) -> Result<(), String> {
        self.parens = 0;
        loop {
            if let Some(trim) = self.closing() {
                if self.parens > 0 {
                    return Err("a parenthesis is not closed: write )".to_owned());
                }
                let at = self.at;
                self.close(trim);
                self.tokens.push(Token {
                    at,
                    kind: Kind::Close,
                    text: "}}",
                    spaced: self.spaced,
                });
                self.spaced = false;
                return Ok(());
            }
            let Some(c) = self.peek() else {
                return Err("the action is not closed: write }}".to_owned());
            };
            if SPACES.contains(&c) {
                self.at += 1;
                self.spaced = true;
            } else {
                self.token(c)?;
            }
        }
    }

    fn token(&mut self, first: char) -> Result<(), String> {
        let rest = self.rest();
        let after = self.at + first.len_utf8();
        match first {
            '=' => self.push(Kind::Assign, after),
            ':' if rest.starts_with(":=") => self.push(Kind::Declare, after + 1),
            ':' => return Err("write := to set a variable".to_owned()),
            '|' => self.push(Kind::Pipe, after),
            '(' => {
                self.parens += 1;
                self.push(Kind::LeftParen, after);
            }
            ')' => {
                self.parens = self.parens.checked_sub(1).ok_or("unmatched )")?;
                self.push(Kind::RightParen, after);
            }
            '"' => self.quoted('"', Kind::Quoted, "a string")?,
            '\'' => self.quoted('\'', Kind::Character, "a character")?,
            '`' => match rest[1..].find('`') {
                Some(end) => self.push(Kind::Raw, after + end + 1),
                None => return Err("a string is not closed: write `".to_owned()),
            },
            '$' => self.word(after, Kind::Variable)?,
            '.' if !rest[1..].starts_with(|c: char| c.is_ascii_digit()) => {
                let kind = if is_word(rest[1..].chars().next()) {
                    Kind::Field
                } else {
                    Kind::Dot
                };
                self.word(after, kind)?;
            }
            '.' | '+' | '-' | '0'..='9' => self.number()?,
            c if is_word(Some(c)) => self.name()?,
            c if c.is_ascii_graphic() => self.push(Kind::Other, after),
            c => return Err(format!("unexpected character {c:?}")),
        }
        Ok(())
    }

    fn quoted(&mut self, quote: char, kind: Kind, what: &str) -> Result<(), String> {
        let mut escaped = false;
        for (i, c) in self.rest().char_indices().skip(1) {
            match c {
                '\n' => break,
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                c if c == quote => {
                    self.push(kind, self.at + i + 1);
                    return Ok(());
                }
                _ => {}
            }
        }
        Err(format!("{what} is not closed: write {quote}"))
    }

    /// Letters and digits from `start` on, and the end of the word after them.
    fn word(&mut self, start: usize, kind: Kind) -> Result<(), String> {
        let rest = &self.source[start..];
        let length = rest.find(|c| !is_word(Some(c))).unwrap_or(rest.len());
        let rest = &rest[length..];
        let ends = rest.is_empty()
            || rest.starts_with("}}")
            || rest.starts_with(SPACES)
            || rest.starts_with(['.', ',', '|', ':', ')', '(']);
        if !ends {
            let c = rest.chars().next().unwrap_or_default();
            let hint = if c == '-' {
                "; read a label whose name has dashes or dots with `index .Labels \"its-name\"`"
            } else {
                ""
            };
            return Err(format!("the character {c:?} cannot follow a name{hint}"));
        }
        self.push(kind, start + length);
        Ok(())
    }

    fn name(&mut self) -> Result<(), String> {
        self.word(self.at, Kind::Name)?;
        if let Some(token) = self.tokens.last_mut() {
            match token.text {
                "true" | "false" => token.kind = Kind::Bool,
                text if KEYWORDS.contains(&text) => token.kind = Kind::Keyword,
                _ => {}
            }
        }
        Ok(())
    }

    /// Reads something that looks like a number. The parser checks whether it is one.
    fn number(&mut self) -> Result<(), String> {
        let length = literal::number_length(self.rest());
        if is_word(self.rest()[length..].chars().next()) {
            return Err("this is not a number".to_owned());
        }
        self.push(Kind::Number, self.at + length);
        Ok(())
    }

    fn push(&mut self, kind: Kind, end: usize) {
        self.tokens.push(Token {
            at: self.at,
            kind,
            text: &self.source[self.at..end],
            spaced: self.spaced,
        });
        self.spaced = false;
        self.at = end;
    }

    fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }
}

fn is_word(c: Option<char>) -> bool {
    c.is_some_and(|c| c == '_' || c.is_alphanumeric())
}
