//! Evaluates pipelines as Go's `text/template` does: fields, variables and functions.

use super::error::TemplateError;
use super::functions::function::{Function, Param, Run as Does, text};
use super::run::Run;
use super::tree::{Command, Operand, OperandKind, Pipe};
use super::value::{ItemType, Value};
use crate::excerpt::shown;

impl<'a> Run<'a> {
    /// Evaluates a pipeline and sets its variables.
    pub(super) fn pipe(&mut self, pipe: &'a Pipe, dot: &Value) -> Result<Value, TemplateError> {
        self.spend(pipe.at, 1)?;
        let mut piped = None;
        for command in &pipe.commands {
            let value = self.command(command, dot, piped)?;
            // A nil result of a command counts as no value.
            piped = Some(match value {
                Value::Nil => Value::None,
                value => value,
            });
        }
        let value = piped.unwrap_or(Value::None);
        for name in &pipe.variables {
            if pipe.assign {
                self.set(pipe.at, name, value.clone())?;
            } else {
                self.variables.push((name, value.clone()));
            }
        }
        Ok(value)
    }

    fn command(
        &mut self,
        command: &'a Command,
        dot: &Value,
        piped: Option<Value>,
    ) -> Result<Value, TemplateError> {
        let [operand, arguments @ ..] = &command.operands[..] else {
            return Ok(Value::None);
        };
        if let OperandKind::Function(function) = &operand.kind {
            return self.call_function(operand.at, function, arguments, piped, dot);
        }
        if piped.is_some() || !arguments.is_empty() {
            return Err(TemplateError::new(
                operand.at,
                "this is not a function, so it takes no arguments and nothing can be piped into it",
            ));
        }
        match &operand.kind {
            OperandKind::Nil => Err(TemplateError::new(operand.at, "`nil` is not a command")),
            _ => self.operand(operand, dot),
        }
    }

    /// Evaluates an operand.
    fn operand(&mut self, operand: &'a Operand, dot: &Value) -> Result<Value, TemplateError> {
        let at = operand.at;
        Ok(match &operand.kind {
            OperandKind::Dot => dot.clone(),
            OperandKind::Nil => Value::Nil,
            OperandKind::Bool(value) => Value::Bool(*value),
            OperandKind::Text(text) => Value::Text(text.clone()),
            OperandKind::Number(number) => {
                let value = number.value.clone();
                value.ok_or_else(|| {
                    TemplateError::new(at, format!("{} is too large", number.text))
                })?
            }
            OperandKind::Field(names) => fields(at, dot, names)?,
            OperandKind::Variable(name, names) => {
                let known = self.variables.iter().rev().find(|(known, _)| known == name);
                let (_, value) = known.ok_or_else(|| {
                    TemplateError::new(at, format!("there is no variable {name}"))
                })?;
                fields(at, value, names)?
            }
            OperandKind::Function(function) => self.call_function(at, function, &[], None, dot)?,
            OperandKind::Pipe(pipe) => {
                self.deeper(at)?;
                let value = self.pipe(pipe, dot)?;
                self.shallower();
                value
            }
            OperandKind::Chain(inner, names) => {
                let value = self.operand(inner, dot)?;
                let value = if matches!(value, Value::Nil) {
                    Value::None
                } else {
                    value
                };
                fields(at, &value, names)?
            }
        })
    }

    fn call_function(
        &mut self,
        at: usize,
        function: &'static Function,
        operands: &'a [Operand],
        piped: Option<Value>,
        dot: &Value,
    ) -> Result<Value, TemplateError> {
        let fault = |at, why: String| TemplateError::new(at, format!("`{}`: {why}", function.name));
        let given = operands.len() + usize::from(piped.is_some());
        function.check_count(given).map_err(|why| fault(at, why))?;
        let decides = match function.does {
            Does::First(decides) => Some(decides),
            Does::Plain(_) | Does::Text(_) | Does::Environment => None,
        };
        let mut arguments = Vec::with_capacity(given);
        for (i, operand) in operands.iter().enumerate() {
            let value = match self.argument(function.param(i), operand, dot) {
                Ok(value) => value,
                Err(ArgumentError::Evaluation(inner)) => return Err(inner),
                Err(ArgumentError::Type(why)) => return Err(fault(operand.at, why)),
            };
            // `and` and `or` do not evaluate the rest.
            if decides.is_some_and(|decides| value.is_true() == decides) {
                return Ok(value);
            }
            arguments.push(value);
        }
        if let Some(value) = piped {
            let value = checked(function.param(operands.len()), value);
            arguments.push(value.map_err(|why| fault(at, why))?);
        }
        self.spend(at, 1)?;
        for argument in &arguments {
            if let Value::Text(text) = argument {
                self.spend(at, text.len() / 64)?;
            }
        }
        match function.does {
            Does::First(_) => Ok(arguments.pop().unwrap_or(Value::None)),
            Does::Plain(does) => does(&arguments, &self.budget).map_err(|why| fault(at, why)),
            Does::Text(does) => does(text(&arguments, 0)).map_err(|why| fault(at, why)),
            Does::Environment => self
                .variable(text(&arguments, 0))
                .map_err(|why| fault(at, why)),
        }
    }

    /// The value of an environment variable.
    fn variable(&self, name: &str) -> Result<Value, String> {
        let environment = self.environment.ok_or("there is no environment here")?;
        Value::text(environment(name)?)
    }

    /// Evaluates one argument for a parameter of this type.
    fn argument(
        &mut self,
        param: Param,
        operand: &'a Operand,
        dot: &Value,
    ) -> Result<Value, ArgumentError> {
        let written = match (&operand.kind, param) {
            (OperandKind::Nil, Param::Any | Param::Dict) => return Ok(Value::Nil),
            (OperandKind::Nil, _) => "nil",
            // A number takes the type that is expected, if it can.
            (OperandKind::Number(number), Param::Int) => match number.int {
                Some(int) => return Ok(Value::Int(int)),
                None => &number.text,
            },
            (OperandKind::Number(number), Param::Text | Param::Bool | Param::Dict) => &number.text,
            (OperandKind::Text(text), Param::Int | Param::Bool | Param::Dict) => text,
            (OperandKind::Bool(value), Param::Int | Param::Text | Param::Dict) => {
                if *value {
                    "true"
                } else {
                    "false"
                }
            }
            _ => {
                let value = self
                    .operand(operand, dot)
                    .map_err(ArgumentError::Evaluation)?;
                return checked(param, value).map_err(ArgumentError::Type);
            }
        };
        let written = shown(written);
        Err(ArgumentError::Type(format!(
            "expects {}, got {written}",
            param.described()
        )))
    }
}

/// The reason why there is no argument.
enum ArgumentError {
    /// It could not be evaluated.
    Evaluation(TemplateError),
    /// It has the wrong type.
    Type(String),
}

/// The value, if it fits a parameter of this type.
fn checked(param: Param, value: Value) -> Result<Value, String> {
    match (param, &value) {
        (Param::Any, Value::None) => Ok(Value::Nil),
        (Param::Dict, Value::None | Value::Nil) => Ok(Value::Nil),
        (Param::Any, _)
        | (Param::Text, Value::Text(_))
        | (Param::Int, Value::Int(_))
        | (Param::Bool, Value::Bool(_)) => Ok(value),
        (Param::Dict, Value::Map(map)) if map.item_type == ItemType::Any => Ok(value),
        (Param::Dict, Value::Map(_)) => Err(
            "expects a dictionary, got the map of labels: read a label with `index .Labels \"name\"`"
                .to_owned(),
        ),
        _ => Err(format!("expects {}, got {}", param.described(), value.described())),
    }
}

/// The value of `.a.b`.
fn fields(at: usize, value: &Value, names: &[String]) -> Result<Value, TemplateError> {
    let mut value = value.clone();
    for name in names {
        value = field(&value, name).map_err(|why| TemplateError::new(at, why))?;
    }
    Ok(value)
}

fn field(value: &Value, name: &str) -> Result<Value, String> {
    match value {
        // A missing key has missing fields.
        Value::None => Ok(Value::None),
        Value::Map(map) => Ok(map.entries.get(name).cloned().unwrap_or(Value::None)),
        Value::Record(record) => {
            let value = record.field(name).cloned();
            value.ok_or_else(|| format!("there is no .{name}; the fields are {}", record.names()))
        }
        Value::Text(_) => Err(format!(
            "a string has no field {name}; read a label whose name has dots with \
             `index .Labels \"its.name\"`"
        )),
        other => Err(format!("{} has no field {name}", other.described())),
    }
}
