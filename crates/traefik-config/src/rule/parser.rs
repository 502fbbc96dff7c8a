//! Tokens in, the tree out: `||` binds less than `&&`, and `!` most of all. What may be called,
//! and with which texts, is a [`Vocabulary`]'s.

use super::error::{Stop, fault, shown};
use super::lexer::{Kind, Lexer, Token};
use super::matchers::Refusal;
use super::{Matcher, Rule, RuleError, hints};

/// What an expression may call.
pub(crate) trait Vocabulary: Copy {
    /// A call, for messages.
    const EXAMPLE: &'static str;

    /// Its own spelling of a name, if it has it.
    fn named(self, written: &str) -> Option<&'static str>;

    /// What was probably meant by a name that it does not have, and whatever follows it.
    fn hint(self, written: &str, next: &Kind<'_>) -> Option<String>;

    /// What was probably meant by a colon.
    fn colon(self) -> Option<&'static str> {
        None
    }

    /// Whether it takes these arguments.
    fn check(self, matcher: &Matcher) -> Result<(), Refusal>;
}

/// The longest rule that is read, in bytes. Traefik has no limit.
const MAX_LENGTH: usize = 64 * 1024;

/// How deep parentheses may be nested. Traefik takes 100,000.
const MAX_DEPTH: usize = 250;

pub(crate) fn parse(vocabulary: impl Vocabulary, text: &str) -> Result<Rule, RuleError> {
    if text.len() > MAX_LENGTH {
        return Err(RuleError::NotJudged("it is very long"));
    }
    read(vocabulary, text).map_err(|stop| stop.within(text))
}

fn read(vocabulary: impl Vocabulary, text: &str) -> Result<Rule, Stop> {
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
            // What follows is not at fault, but that it is on a line of its own.
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
    /// Goes to the next token; the present one comes back.
    fn advance(&mut self) -> Result<Token<'a>, Stop> {
        let next = self.lexer.next()?;
        Ok(std::mem::replace(&mut self.token, next))
    }

    fn either(&mut self, depth: usize) -> Result<Rule, Stop> {
        let mut parts = vec![self.both(depth)?];
        while self.token.kind == Kind::Or {
            self.advance()?;
            parts.push(self.both(depth)?);
        }
        Ok(Rule::any(parts))
    }

    fn both(&mut self, depth: usize) -> Result<Rule, Stop> {
        let mut parts = vec![self.one(depth)?];
        while self.token.kind == Kind::And {
            self.advance()?;
            parts.push(self.one(depth)?);
        }
        Ok(Rule::all(parts))
    }

    fn one(&mut self, depth: usize) -> Result<Rule, Stop> {
        let mut negated = false;
        while self.token.kind == Kind::Not {
            self.advance()?;
            negated = !negated;
        }
        let rule = match self.token.kind {
            Kind::Open if depth == MAX_DEPTH => {
                return Err(Stop::NotJudged("its parentheses are nested very deep"));
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

    fn matcher(&mut self, written: &'a str) -> Result<Rule, Stop> {
        let at = self.advance()?.at;
        let Some(name) = self.vocabulary.named(written) else {
            let message = format!("`{}` is no matcher", shown(written));
            let hint = hints::operator(written);
            let hint = hint.or_else(|| self.vocabulary.hint(written, &self.token.kind));
            return Err(match hint {
                Some(hint) => fault(at, message).hint(hint),
                None => fault(at, message),
            });
        };
        if self.token.kind != Kind::Open {
            return Err(self.unexpected(&format!("`(` behind `{name}`")));
        }
        self.advance()?;
        let (mut args, mut places) = (Vec::new(), Vec::new());
        let mut spread = false;
        while self.token.kind != Kind::Close && !spread {
            let Kind::Text(text) = &self.token.kind else {
                return Err(self.unexpected("a text in back quotes"));
            };
            args.push(text.clone());
            places.push(self.advance()?.at);
            // Go's way to spread a list: Traefik passes over it.
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
            Err(refusal) => {
                let place = refusal.arg.and_then(|arg| places.get(arg));
                let stop = fault(*place.unwrap_or(&at), refusal.message);
                Err(match refusal.hint {
                    Some(hint) => stop.hint(hint),
                    None => stop,
                })
            }
        }
    }

    /// The fault that the present token is another than these.
    fn unexpected(&self, expected: &str) -> Stop {
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
            Kind::Word(word) | Kind::Other(word) => format!("`{}`", shown(word)),
            Kind::Text(text) => format!("the text `{}`", shown(text)),
        };
        let message = format!("found {found} where {expected} is expected");
        let stop = fault(self.token.at, message);
        let hint = match self.token.kind {
            Kind::Other(":") => self.vocabulary.colon().map(str::to_owned),
            _ => hints::token(&self.token.kind, self.at_end(), V::EXAMPLE),
        };
        match hint {
            Some(hint) => stop.hint(hint),
            None => stop,
        }
    }

    /// Nothing but spaces is behind the present token.
    fn at_end(&self) -> bool {
        self.lexer.is_done(self.token.at)
    }
}
