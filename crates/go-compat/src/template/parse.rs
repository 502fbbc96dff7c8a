//! Parses the tokens of a template into a tree, or reports the first thing that Go would reject.

use std::collections::BTreeMap;

use super::error::TemplateError;
use super::functions::function::Function;
use super::lex::{Kind, Token, lex};
use super::limits::{Limits, MAX_DEPTH};
use super::literal;
use super::tree::{Branch, Node, Tree};

pub(super) fn parse(
    name: &str,
    source: &str,
    more: &'static [Function],
    limits: Limits,
) -> Result<Tree, TemplateError> {
    if source.len() > limits.template {
        let message = format!("the template is longer than {} bytes", limits.template);
        return Err(TemplateError::new(0, message));
    }
    let mut parser = Parser {
        tokens: lex(source),
        more,
        next: 0,
        variables: vec!["$".to_owned()],
        loops: 0,
        depth: 0,
        defined: BTreeMap::new(),
    };
    let main = parser.top()?;
    parser.define(0, name, main)?;
    let main = parser.defined.remove(name).unwrap_or_default();
    Ok(Tree {
        name: name.to_owned(),
        main,
        defined: parser.defined,
    })
}

/// How a list of nodes ended.
#[derive(PartialEq, Eq)]
enum Ending {
    End,
    Else,
}

pub(super) struct Parser<'a> {
    tokens: Vec<Token<'a>>,
    /// Additional functions.
    pub(super) more: &'static [Function],
    pub(super) next: usize,
    /// The variables in scope.
    pub(super) variables: Vec<String>,
    /// The number of enclosing loops.
    loops: usize,
    pub(super) depth: usize,
    defined: BTreeMap<String, Vec<Node>>,
}

impl<'a> Parser<'a> {
    pub(super) fn peek(&self) -> Token<'a> {
        self.ahead(0)
    }

    /// Beyond the end, the last token is repeated.
    pub(super) fn ahead(&self, by: usize) -> Token<'a> {
        let last = self.tokens.len() - 1;
        self.tokens[(self.next + by).min(last)].clone()
    }

    pub(super) fn take(&mut self) -> Token<'a> {
        let token = self.peek();
        self.next += 1;
        token
    }

    fn is_keyword(&self, by: usize, word: &str) -> bool {
        let token = self.ahead(by);
        token.kind == Kind::Keyword && token.text == word
    }

    pub(super) fn unexpected<T>(
        &self,
        token: &Token<'_>,
        wanted: &str,
    ) -> Result<T, TemplateError> {
        let message = match &token.kind {
            Kind::Wrong(why) => why.clone(),
            Kind::End => "the template ends here, before an {{ end }}".to_owned(),
            Kind::Close => format!("found }}}} where {wanted} was expected"),
            _ => format!("found `{}` where {wanted} was expected", token.text),
        };
        Err(TemplateError::new(token.at, message))
    }

    fn close(&mut self, wanted: &str) -> Result<(), TemplateError> {
        let token = self.take();
        if token.kind == Kind::Close {
            return Ok(());
        }
        self.unexpected(&token, wanted)
    }

    pub(super) fn deeper(&mut self, at: usize) -> Result<(), TemplateError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let message = format!("this is nested more than {MAX_DEPTH} deep");
            return Err(TemplateError::new(at, message));
        }
        Ok(())
    }

    /// The whole template.
    fn top(&mut self) -> Result<Vec<Node>, TemplateError> {
        let mut nodes = Vec::new();
        loop {
            let token = self.peek();
            match token.kind {
                Kind::End => return Ok(nodes),
                Kind::Open if self.is_keyword(1, "define") => self.definition()?,
                _ => match self.node(&mut nodes)? {
                    None => {}
                    Some(Ending::End) => {
                        return Err(TemplateError::new(
                            token.at,
                            "an {{ end }} without an if, with, range or define",
                        ));
                    }
                    Some(Ending::Else) => {
                        return Err(TemplateError::new(
                            token.at,
                            "an {{ else }} without an if, with or range",
                        ));
                    }
                },
            }
        }
    }

    /// Everything up to an `end` or `else`.
    fn nodes(&mut self) -> Result<(Vec<Node>, Ending), TemplateError> {
        let mut nodes = Vec::new();
        loop {
            let token = self.peek();
            if token.kind == Kind::End {
                return self.unexpected(&token, "");
            }
            if let Some(ending) = self.node(&mut nodes)? {
                return Ok((nodes, ending));
            }
        }
    }

    /// One text or action.
    fn node(&mut self, nodes: &mut Vec<Node>) -> Result<Option<Ending>, TemplateError> {
        let token = self.take();
        match token.kind {
            Kind::Text => {
                nodes.push(Node::Text(token.text.into()));
                Ok(None)
            }
            Kind::Open => self.action(nodes),
            _ => self.unexpected(&token, "text or {{"),
        }
    }

    fn action(&mut self, nodes: &mut Vec<Node>) -> Result<Option<Ending>, TemplateError> {
        let token = self.peek();
        let keyword = if token.kind == Kind::Keyword {
            token.text
        } else {
            ""
        };
        // `nil` begins a pipeline, and `define` is not allowed here.
        if !matches!(keyword, "" | "nil" | "define") {
            self.next += 1;
        }
        let node = match keyword {
            "block" => self.block(token.at)?,
            "break" | "continue" => {
                self.close(&format!("}}}} after {keyword}"))?;
                if self.loops == 0 {
                    let message = format!("{{{{ {keyword} }}}} outside a range");
                    return Err(TemplateError::new(token.at, message));
                }
                if keyword == "break" {
                    Node::Break
                } else {
                    Node::Continue
                }
            }
            "else" => {
                // The branch of `else if` reads its own condition.
                if !self.is_keyword(0, "if") && !self.is_keyword(0, "with") {
                    self.close("}}, `if` or `with` after else")?;
                }
                return Ok(Some(Ending::Else));
            }
            "end" => {
                self.close("}} after end")?;
                return Ok(Some(Ending::End));
            }
            "if" => Node::If(self.branch(token.at, "if")?),
            "with" => Node::With(self.branch(token.at, "with")?),
            "range" => Node::Range(self.branch(token.at, "range")?),
            "template" => self.call(token.at)?,
            _ => Node::Action(self.pipe(token.at, "an action", &Kind::Close)?),
        };
        nodes.push(node);
        Ok(None)
    }

    fn branch(&mut self, at: usize, word: &str) -> Result<Branch, TemplateError> {
        self.deeper(at)?;
        let known = self.variables.len();
        let pipe = self.pipe(at, word, &Kind::Close)?;
        self.loops += usize::from(word == "range");
        let (body, ending) = self.nodes()?;
        self.loops -= usize::from(word == "range");
        let mut otherwise = Vec::new();
        if ending == Ending::Else {
            let inner = self.peek();
            if matches!(word, "if" | "with") && self.is_keyword(0, word) {
                self.next += 1;
                let branch = self.branch(inner.at, word)?;
                otherwise.push(if word == "if" {
                    Node::If(branch)
                } else {
                    Node::With(branch)
                });
            } else if inner.kind == Kind::Keyword {
                return self.unexpected(&inner, "}}");
            } else {
                let last;
                (otherwise, last) = self.nodes()?;
                if last == Ending::Else {
                    return Err(TemplateError::new(
                        at,
                        format!("this {word} has two {{{{ else }}}}"),
                    ));
                }
            }
        }
        self.variables.truncate(known);
        self.depth -= 1;
        Ok(Branch {
            pipe,
            body,
            otherwise,
        })
    }

    /// Parses a named part, which has its own variables.
    fn own(&mut self, at: usize, name: &str) -> Result<(), TemplateError> {
        let variables = std::mem::replace(&mut self.variables, vec!["$".to_owned()]);
        let loops = std::mem::take(&mut self.loops);
        self.deeper(at)?;
        let (body, ending) = self.nodes()?;
        self.depth -= 1;
        self.variables = variables;
        self.loops = loops;
        if ending == Ending::Else {
            return Err(TemplateError::new(
                at,
                "an {{ else }} without an if, with or range",
            ));
        }
        self.define(at, name, body)
    }

    fn definition(&mut self) -> Result<(), TemplateError> {
        self.next += 2;
        let (at, name) = self.part_name()?;
        self.close("}} after the name")?;
        self.own(at, &name)
    }

    fn block(&mut self, at: usize) -> Result<Node, TemplateError> {
        let (_, name) = self.part_name()?;
        let pipe = Some(self.pipe(at, "block", &Kind::Close)?);
        self.own(at, &name)?;
        Ok(Node::Call { at, name, pipe })
    }

    fn call(&mut self, at: usize) -> Result<Node, TemplateError> {
        let (_, name) = self.part_name()?;
        let pipe = if self.peek().kind == Kind::Close {
            self.next += 1;
            None
        } else {
            Some(self.pipe(at, "template", &Kind::Close)?)
        };
        Ok(Node::Call { at, name, pipe })
    }

    fn part_name(&mut self) -> Result<(usize, String), TemplateError> {
        let token = self.take();
        let name = match token.kind {
            Kind::Quoted => {
                literal::quoted(token.text).map_err(|why| TemplateError::new(token.at, why))?
            }
            Kind::Raw => literal::raw(token.text),
            _ => return self.unexpected(&token, "a name between \" or `"),
        };
        Ok((token.at, name.to_string()))
    }

    /// As in Go, a blank part is replaced by another one of its name.
    fn define(&mut self, at: usize, name: &str, body: Vec<Node>) -> Result<(), TemplateError> {
        let known = self.defined.get(name);
        if known.is_none_or(|known| is_blank(known)) {
            self.defined.insert(name.to_owned(), body);
        } else if !is_blank(&body) {
            return Err(TemplateError::new(at, format!("`{name}` is defined twice")));
        }
        Ok(())
    }
}

/// True if it renders only white space.
fn is_blank(body: &[Node]) -> bool {
    body.iter().all(|node| match node {
        Node::Text(text) => text.trim().is_empty(),
        _ => false,
    })
}
