//! Parses an expression: `||` binds less than `&&`, and `!` binds most. A [`Vocabulary`] defines
//! the matchers and checks their arguments.

use go_compat::excerpt::as_written;

use super::ast::{Matcher, Rule};
use super::error::{MatcherError, ParseError, RuleError};
use super::hints;
use super::lexer::{Kind, Lexer, Token};

/// The matchers that an expression may use.
pub(crate) trait Vocabulary: Copy {
    /// An example for messages.
    const EXAMPLE: &'static str;

    /// The matcher of this name, in its own spelling.
    fn named(self, written: &str) -> Option<&'static str>;

    /// The hint for an unknown name, which `next` follows.
    fn hint(self, written: &str, next: &Kind<'_>) -> Option<String>;

    /// The hint for a colon.
    fn colon(self) -> Option<&'static str> {
        None
    }

    /// Checks a matcher's arguments.
    fn check(self, matcher: &Matcher) -> Result<(), MatcherError>;
}

/// The longest rule that is parsed, in bytes. Traefik has no limit.
const MAX_LENGTH: usize = 64 * 1024;

/// The deepest nesting of parentheses that is parsed. Traefik accepts 100,000.
const MAX_DEPTH: usize = 250;

pub(crate) fn parse(vocabulary: impl Vocabulary, text: &str) -> Result<Rule, RuleError> {
    if text.len() > MAX_LENGTH {
        return Err(RuleError::Unchecked("it is too long"));
    }
    read(vocabulary, text).map_err(|error| error.within(text))
}

fn read(vocabulary: impl Vocabulary, text: &str) -> Result<Rule, ParseError> {
    let mut lexer = Lexer::new(text)?;
    let token = lexer.next()?;
    let mut parser = Parser {
        vocabulary,
        lexer,
        token,
    };
    let rule = parser.either(0)?;
    if parser.token.kind == Kind::LineEnd {
        let line_end = parser.advance()?;
        if parser.token.kind != Kind::End {
            // Report the line end, not the token after it.
            parser.token = line_end;
        }
    }
    match parser.token.kind {
        Kind::End => Ok(rule),
        _ => Err(parser.unexpected("`&&`, `||` or the end")),
    }
}

struct Parser<'a, V> {
    vocabulary: V,
    lexer: Lexer<'a>,
    token: Token<'a>,
}

impl<'a, V: Vocabulary> Parser<'a, V> {
    /// Moves to the next token and returns the current one.
    fn advance(&mut self) -> Result<Token<'a>, ParseError> {
        let next = self.lexer.next()?;
        Ok(std::mem::replace(&mut self.token, next))
    }

    fn either(&mut self, depth: usize) -> Result<Rule, ParseError> {
        let mut parts = vec![self.both(depth)?];
        while self.token.kind == Kind::Or {
            self.advance()?;
            parts.push(self.both(depth)?);
        }
        Ok(Rule::any(parts))
    }

    fn both(&mut self, depth: usize) -> Result<Rule, ParseError> {
        let mut parts = vec![self.one(depth)?];
        while self.token.kind == Kind::And {
            self.advance()?;
            parts.push(self.one(depth)?);
        }
        Ok(Rule::all(parts))
    }

    fn one(&mut self, depth: usize) -> Result<Rule, ParseError> {
        let mut negated = false;
        while self.token.kind == Kind::Not {
            self.advance()?;
            negated = !negated;
        }
        let rule = match self.token.kind {
            Kind::Open if depth == MAX_DEPTH => {
                return Err(ParseError::Unchecked("its parentheses are nested too deep"));
            }
            Kind::Open => {
                self.advance()?;
                let rule = self.either(depth + 1)?;
                if self.token.kind != Kind::Close {
                    return Err(self.unexpected("`&&`, `||` or `)`"));
                }
                self.advance()?;
                rule
            }
            Kind::Word(name) => self.matcher(name)?,
            _ => return Err(self.unexpected(&format!("a matcher such as {}", V::EXAMPLE))),
        };
        Ok(if negated { rule.negated() } else { rule })
    }

    fn matcher(&mut self, written: &'a str) -> Result<Rule, ParseError> {
        let at = self.advance()?.at;
        let Some(name) = self.vocabulary.named(written) else {
            let message = format!("`{}` is not a matcher", as_written(written));
            let hint = hints::operator(written)
                .or_else(|| self.vocabulary.hint(written, &self.token.kind));
            return Err(ParseError::at(at, message).hint(hint));
        };
        if self.token.kind != Kind::Open {
            return Err(self.unexpected(&format!("`(` after `{name}`")));
        }
        self.advance()?;
        let (mut args, mut starts) = (Vec::new(), Vec::new());
        let mut spread = false;
        while self.token.kind != Kind::Close && !spread {
            let Kind::Text(text) = &self.token.kind else {
                return Err(self.unexpected("a string in backquotes"));
            };
            args.push(text.clone());
            starts.push(self.advance()?.at);
            // In Go it spreads a list. Traefik ignores it.
            if self.token.kind == Kind::Dots {
                self.advance()?;
                spread = true;
            }
            match self.token.kind {
                Kind::Comma => self.advance()?,
                Kind::Close => break,
                _ => return Err(self.unexpected("`,` or `)`")),
            };
        }
        if self.token.kind != Kind::Close {
            return Err(self.unexpected("`)`"));
        }
        self.advance()?;
        let matcher = Matcher { name, args };
        match self.vocabulary.check(&matcher) {
            Ok(()) => Ok(Rule::Matcher(matcher)),
            Err(error) => {
                let start = error.arg.and_then(|arg| starts.get(arg));
                Err(ParseError::at(*start.unwrap_or(&at), error.message).hint(error.hint))
            }
        }
    }

    /// The error for a current token that is not expected.
    fn unexpected(&self, expected: &str) -> ParseError {
        let found = match &self.token.kind {
            Kind::And => "`&&`".to_owned(),
            Kind::Or => "`||`".to_owned(),
            Kind::Not => "`!`".to_owned(),
            Kind::Open => "`(`".to_owned(),
            Kind::Close => "`)`".to_owned(),
            Kind::Comma => "`,`".to_owned(),
            Kind::Dots => "`...`".to_owned(),
            Kind::LineEnd if !self.at_end() => "the end of a line".to_owned(),
            Kind::LineEnd | Kind::End => "the end".to_owned(),
            Kind::Word(word) | Kind::Other(word) => format!("`{}`", as_written(word)),
            Kind::Text(text) => format!("the string `{}`", as_written(text)),
        };
        let message = format!("found {found} where {expected} is expected");
        let hint = match self.token.kind {
            Kind::Other(":") => self.vocabulary.colon().map(str::to_owned),
            _ => hints::token(&self.token.kind, self.at_end(), V::EXAMPLE),
        };
        ParseError::at(self.token.at, message).hint(hint)
    }

    /// True if only spaces follow the current token.
    fn at_end(&self) -> bool {
        self.lexer.is_done(self.token.at)
    }
}
