//! Parses the tokens of a pipeline into commands and their operands.

use super::error::TemplateError;
use super::lex::{Kind, Token};
use super::parse::Parser;
use super::tree::{Command, Operand, OperandKind, Pipe};
use super::{functions, literal};

impl Parser<'_> {
    /// Parses a pipeline and the token that closes it.
    pub(super) fn pipe(
        &mut self,
        at: usize,
        place: &str,
        end: &Kind,
    ) -> Result<Pipe, TemplateError> {
        let mut pipe = Pipe {
            at: self.peek().at,
            variables: Vec::new(),
            assign: false,
            commands: Vec::new(),
        };
        self.declarations(&mut pipe, place)?;
        loop {
            let token = self.peek();
            if token.kind == *end {
                self.next += 1;
                break;
            }
            if !begins_operand(&token) {
                return self.unexpected(&token, "a value");
            }
            let command = self.command()?;
            pipe.commands.push(command);
        }
        if pipe.commands.is_empty() {
            return Err(TemplateError::new(at, format!("{place} needs a value")));
        }
        for command in &pipe.commands[1..] {
            let operand = &command.operands[0];
            if matches!(
                operand.kind,
                OperandKind::Bool(_)
                    | OperandKind::Dot
                    | OperandKind::Nil
                    | OperandKind::Number(_)
                    | OperandKind::Text(_)
            ) {
                let message = "only a function can follow a |";
                return Err(TemplateError::new(operand.at, message));
            }
        }
        Ok(pipe)
    }

    /// `$x :=`, `$x =`, and `$i, $x :=` of a range.
    fn declarations(&mut self, pipe: &mut Pipe, place: &str) -> Result<(), TemplateError> {
        while self.peek().kind == Kind::Variable {
            let (token, next) = (self.peek(), self.ahead(1));
            let comma = next.kind == Kind::Other && next.text == ",";
            if !comma && !matches!(next.kind, Kind::Assign | Kind::Declare) {
                return Ok(());
            }
            self.next += 2;
            pipe.variables.push(token.text.to_owned());
            self.variables.push(token.text.to_owned());
            if !comma {
                pipe.assign = next.kind == Kind::Assign;
                return Ok(());
            }
            if place != "range" || pipe.variables.len() > 1 {
                let message = format!("too many variables in {place}");
                return Err(TemplateError::new(token.at, message));
            }
            let next = self.peek();
            if !matches!(next.kind, Kind::Variable | Kind::Close | Kind::RightParen) {
                return self.unexpected(&next, "a variable");
            }
        }
        Ok(())
    }

    /// Parses operands up to a `|` or the end of the pipeline.
    fn command(&mut self) -> Result<Command, TemplateError> {
        let mut operands = Vec::new();
        loop {
            let token = self.peek();
            match token.kind {
                Kind::Close | Kind::RightParen if !operands.is_empty() => break,
                Kind::Pipe if !operands.is_empty() => {
                    self.next += 1;
                    break;
                }
                _ if !begins_operand(&token) => return self.unexpected(&token, "a value"),
                _ if !operands.is_empty() && !token.spaced => {
                    return self.unexpected(&token, "a space");
                }
                _ => operands.push(self.operand()?),
            }
        }
        Ok(Command { operands })
    }

    /// Parses an operand and the fields after it.
    fn operand(&mut self) -> Result<Operand, TemplateError> {
        let operand = self.term()?;
        let mut fields = Vec::new();
        loop {
            let token = self.peek();
            if token.kind != Kind::Field || token.spaced {
                break;
            }
            self.next += 1;
            fields.push(token.text[1..].to_owned());
        }
        let at = operand.at;
        if fields.is_empty() {
            return Ok(operand);
        }
        let kind = match operand.kind {
            OperandKind::Field(mut names) => {
                names.extend(fields);
                OperandKind::Field(names)
            }
            OperandKind::Variable(name, mut names) => {
                names.extend(fields);
                OperandKind::Variable(name, names)
            }
            OperandKind::Bool(_)
            | OperandKind::Text(_)
            | OperandKind::Number(_)
            | OperandKind::Nil
            | OperandKind::Dot => {
                return Err(TemplateError::new(at, "this has no fields"));
            }
            _ => OperandKind::Chain(Box::new(operand), fields),
        };
        Ok(Operand { at, kind })
    }

    fn term(&mut self) -> Result<Operand, TemplateError> {
        let token = self.take();
        let fault = |why| TemplateError::new(token.at, why);
        let kind = match token.kind {
            Kind::Bool => OperandKind::Bool(token.text == "true"),
            Kind::Character => literal::character(token.text).map_err(fault)?,
            Kind::Number => literal::number(token.text).map_err(fault)?,
            Kind::Quoted => OperandKind::Text(literal::quoted(token.text).map_err(fault)?),
            Kind::Raw => OperandKind::Text(literal::raw(token.text)),
            Kind::Name => {
                OperandKind::Function(functions::find(token.text, self.more).map_err(fault)?)
            }
            Kind::Field => OperandKind::Field(vec![token.text[1..].to_owned()]),
            Kind::Variable => {
                if !self.variables.iter().any(|known| known == token.text) {
                    return Err(fault(format!("there is no variable {}", token.text)));
                }
                OperandKind::Variable(token.text.to_owned(), Vec::new())
            }
            Kind::Dot => OperandKind::Dot,
            Kind::LeftParen => {
                self.deeper(token.at)?;
                let pipe = self.pipe(token.at, "a parenthesis", &Kind::RightParen)?;
                self.depth -= 1;
                OperandKind::Pipe(Box::new(pipe))
            }
            Kind::Keyword if token.text == "nil" => OperandKind::Nil,
            _ => return self.unexpected(&token, "a value"),
        };
        Ok(Operand { at: token.at, kind })
    }
}

fn begins_operand(token: &Token<'_>) -> bool {
    match token.kind {
        Kind::Bool
        | Kind::Character
        | Kind::Number
        | Kind::Quoted
        | Kind::Raw
        | Kind::Name
        | Kind::Field
        | Kind::Variable
        | Kind::Dot
        | Kind::LeftParen => true,
        Kind::Keyword => token.text == "nil",
        _ => false,
    }
}
