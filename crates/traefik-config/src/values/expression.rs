//! Checks the expressions of circuit breakers and of buffering: functions, compared with numbers or
//! texts, joined by operators.
//!
//! Traefik reads them with Go's parser, and then rejects most of what Go has: arithmetic, fields,
//! indexes.

use go_compat::excerpt::as_written;

/// A function of an expression.
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) arguments: &'static [Type],
    /// The type of what it has to be compared with; none if it is a condition of its own.
    pub(super) result: Option<Type>,
}

/// The type of a value, which Go tells by how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Whole,
    Decimal,
    Text,
}

impl Type {
    fn example(self) -> &'static str {
        match self {
            Self::Whole => "a whole number such as 50",
            Self::Decimal => "a number with a dot such as 0.5",
            Self::Text => "a text in quotes",
        }
    }
}

/// One unit of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    Name(&'a str),
    Value(Type),
    Compare,
    Join,
    Not,
    Open,
    Close,
    Comma,
}

/// The fault of an expression; none if it is fine.
pub(super) fn fault(text: &str, functions: &[Function]) -> Option<String> {
    let tokens = match tokens(text) {
        Ok(tokens) => tokens,
        Err(rest) => {
            let rest = as_written(rest);
            return Some(format!("`{rest}` is not understood"));
        }
    };
    let mut parser = Parser {
        tokens: &tokens,
        functions,
    };
    match parser.joined() {
        Err(fault) => Some(fault),
        Ok(()) if parser.tokens.is_empty() => None,
        Ok(()) => Some("`&&` or `||` is missing between two of its conditions".to_owned()),
    }
}

/// The tokens, or the rest that begins with an unknown one.
fn tokens(text: &str) -> Result<Vec<Token<'_>>, &str> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let while_any = |is: fn(char) -> bool| rest.find(|c| !is(c)).unwrap_or(rest.len());
        let (token, length) = match first {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            ',' => (Token::Comma, 1),
            '"' | '`' => {
                let end = rest[1..].find(first).ok_or(rest)?;
                (Token::Value(Type::Text), end + 2)
            }
            '0'..='9' | '.' if number_starts(rest) => {
                let whole = while_any(|c| c.is_ascii_digit());
                match rest[whole..].strip_prefix('.') {
                    None => (Token::Value(Type::Whole), whole),
                    Some(after) => {
                        let is_digit = |c: char| c.is_ascii_digit();
                        let digits = after.find(|c| !is_digit(c)).unwrap_or(after.len());
                        (Token::Value(Type::Decimal), whole + 1 + digits)
                    }
                }
            }
            c if c.is_ascii_alphabetic() => {
                let length = while_any(|c| c.is_ascii_alphanumeric() || c == '_');
                (Token::Name(&rest[..length]), length)
            }
            '&' | '|' if rest[1..].starts_with(first) => (Token::Join, 2),
            '=' if rest[1..].starts_with('=') => (Token::Compare, 2),
            '!' if rest[1..].starts_with('=') => (Token::Compare, 2),
            '<' | '>' => (Token::Compare, 1 + usize::from(rest[1..].starts_with('='))),
            '!' => (Token::Not, 1),
            _ => return Err(rest),
        };
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

/// True for a digit, and for a dot and a digit.
fn number_starts(text: &str) -> bool {
    let digits = text.strip_prefix('.').unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit())
}

struct Parser<'a> {
    tokens: &'a [Token<'a>],
    functions: &'a [Function],
}

impl Parser<'_> {
    /// Conditions with `&&` and `||` between.
    fn joined(&mut self) -> Result<(), String> {
        self.condition()?;
        while self.take(Token::Join) {
            self.condition()?;
        }
        Ok(())
    }

    fn condition(&mut self) -> Result<(), String> {
        while self.take(Token::Not) {}
        if self.take(Token::Open) {
            self.joined()?;
            return self.close();
        }
        let Some((&Token::Name(name), rest)) = self.tokens.split_first() else {
            return Err(if self.tokens.is_empty() {
                "it ends where a condition is expected".to_owned()
            } else {
                "a condition does not begin with a function".to_owned()
            });
        };
        self.tokens = rest;
        let name = as_written(name);
        let Some(function) = self.functions.iter().find(|one| one.name == name) else {
            let known: Vec<&str> = self.functions.iter().map(|one| one.name).collect();
            let known = known.join(", ");
            return Err(format!("`{name}` is not one of its functions: {known}"));
        };
        if !self.take(Token::Open) {
            return Err(format!("a function is called: write `{name}()`"));
        }
        self.arguments(function)?;
        self.close()?;
        let Some(expected) = function.result else {
            return Ok(());
        };
        if !self.take(Token::Compare) {
            return Err(format!(
                "`{name}` has to be compared, such as `{name}(…) > 1`"
            ));
        }
        if self.take(Token::Value(expected)) {
            return Ok(());
        }
        let example = expected.example();
        Err(format!("`{name}` is not compared with {example}"))
    }

    /// The arguments with commas between, and maybe one at the end.
    fn arguments(&mut self, function: &Function) -> Result<(), String> {
        for (at, &expected) in function.arguments.iter().enumerate() {
            if (at > 0 && !self.take(Token::Comma)) || !self.take(Token::Value(expected)) {
                let (number, example) = (at + 1, expected.example());
                let name = function.name;
                return Err(format!("argument {number} of `{name}` is not {example}"));
            }
        }
        if !function.arguments.is_empty() {
            self.take(Token::Comma);
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), String> {
        if self.take(Token::Close) {
            return Ok(());
        }
        Err("a `(` is never closed".to_owned())
    }

    fn take(&mut self, token: Token<'_>) -> bool {
        let is_next = self.tokens.first() == Some(&token);
        if is_next {
            self.tokens = &self.tokens[1..];
        }
        is_next
    }
}

#[cfg(test)]
mod tests;
