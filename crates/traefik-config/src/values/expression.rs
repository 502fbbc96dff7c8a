//! Checks the expressions of circuit breakers and of buffering: functions, compared with numbers or
//! texts, joined by operators.
//!
//! Traefik reads them with Go's parser. What this one does not know is left to Traefik.

use go_compat::excerpt::as_written;

/// A function of an expression.
pub(super) struct Function {
    pub(super) name: &'static str,
    /// True if it is a condition of its own; otherwise it has to be compared.
    pub(super) is_condition: bool,
}

/// One unit of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    Name(&'a str),
    /// A number or a text.
    Value,
    Compare,
    Join,
    Not,
    Open,
    Close,
    Comma,
}

/// The fault of an expression; none if it is fine, or cannot be judged.
pub(super) fn fault(text: &str, functions: &[Function]) -> Option<String> {
    let tokens = tokens(text)?;
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

/// The tokens; none if one is not known.
fn tokens(text: &str) -> Option<Vec<Token<'_>>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let while_any = |is: fn(char) -> bool| rest.find(|c| !is(c)).unwrap_or(rest.len());
        let (token, length) = match first {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            ',' => (Token::Comma, 1),
            '"' | '`' => (Token::Value, rest[1..].find(first)? + 2),
            '0'..='9' => (Token::Value, while_any(|c| c.is_ascii_digit() || c == '.')),
            c if c.is_ascii_alphabetic() => {
                let length = while_any(|c| c.is_ascii_alphanumeric() || c == '_');
                (Token::Name(&rest[..length]), length)
            }
            '&' | '|' if rest[1..].starts_with(first) => (Token::Join, 2),
            '=' if rest[1..].starts_with('=') => (Token::Compare, 2),
            '!' if rest[1..].starts_with('=') => (Token::Compare, 2),
            '<' | '>' => (Token::Compare, 1 + usize::from(rest[1..].starts_with('='))),
            '!' => (Token::Not, 1),
            _ => return None,
        };
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    Some(tokens)
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
        while self.take(Token::Value) || self.take(Token::Comma) {}
        self.close()?;
        if self.take(Token::Compare) {
            if self.take(Token::Value) {
                return Ok(());
            }
            return Err(format!("`{name}` is compared with nothing"));
        }
        if function.is_condition {
            Ok(())
        } else {
            Err(format!(
                "`{name}` has to be compared, such as `{name}(…) > 1`"
            ))
        }
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
