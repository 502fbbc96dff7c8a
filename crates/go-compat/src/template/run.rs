//! Renders a template tree with its data.

use super::error::TemplateError;
use super::limits::{Budget, Limits, MAX_DEPTH, Text};
use super::print;
use super::tree::{Branch, Node, Pipe, Tree};
use super::value::Value;

/// The value of an environment variable, or why it cannot be read.
pub type Environment<'a> = dyn Fn(&str) -> Result<String, String> + 'a;

pub(super) fn run(
    tree: &Tree,
    data: &Value,
    environment: Option<&Environment<'_>>,
    limits: Limits,
) -> Result<String, TemplateError> {
    let mut run = Run {
        tree,
        variables: vec![("$", data.clone())],
        out: Text::with_limit(limits.result),
        environment,
        budget: Budget::new(limits),
        depth: 0,
    };
    let body = tree.body(&tree.name).unwrap_or_default();
    run.nodes(body, data)?;
    Ok(run.out.into_string())
}

/// One rendering.
pub(super) struct Run<'a> {
    tree: &'a Tree,
    /// The newest is the last, and hides older ones of its name.
    pub(super) variables: Vec<(&'a str, Value)>,
    out: Text,
    /// The variables that the function for them reads.
    pub(super) environment: Option<&'a Environment<'a>>,
    pub(super) budget: Budget,
    depth: usize,
}

/// How a rendering goes on.
#[derive(PartialEq, Eq)]
enum Flow {
    Next,
    Break,
    Continue,
}

impl<'a> Run<'a> {
    fn nodes(&mut self, nodes: &'a [Node], dot: &Value) -> Result<Flow, TemplateError> {
        for node in nodes {
            let flow = self.node(node, dot)?;
            if flow != Flow::Next {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn node(&mut self, node: &'a Node, dot: &Value) -> Result<Flow, TemplateError> {
        match node {
            Node::Text(text) => self.write(0, text)?,
            Node::Action(pipe) => {
                let value = self.pipe(pipe, dot)?;
                if pipe.variables.is_empty() {
                    self.print(pipe, &value)?;
                }
            }
            Node::If(branch) => return self.choose(branch, dot, false),
            Node::With(branch) => return self.choose(branch, dot, true),
            Node::Range(branch) => return self.range(branch, dot),
            Node::Call { at, name, pipe } => self.call(*at, name, pipe.as_ref(), dot)?,
            Node::Break => return Ok(Flow::Break),
            Node::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::Next)
    }

    fn choose(
        &mut self,
        branch: &'a Branch,
        dot: &Value,
        with: bool,
    ) -> Result<Flow, TemplateError> {
        let known = self.variables.len();
        self.deeper(branch.pipe.at)?;
        let value = self.pipe(&branch.pipe, dot)?;
        let flow = if value.is_true() {
            let dot = if with { &value } else { dot };
            self.nodes(&branch.body, dot)?
        } else {
            self.nodes(&branch.otherwise, dot)?
        };
        self.depth -= 1;
        self.variables.truncate(known);
        Ok(flow)
    }

    fn range(&mut self, branch: &'a Branch, dot: &Value) -> Result<Flow, TemplateError> {
        let known = self.variables.len();
        self.deeper(branch.pipe.at)?;
        let over = self.pipe(&branch.pipe, dot)?;
        let mut turns = 0;
        let mut turn = |run: &mut Self, index: Value, item: &Value| {
            turns += 1;
            run.turn(branch, index, item)
        };
        match &over {
            Value::None | Value::Nil => {}
            Value::List(list) => {
                for (index, item) in (0..).zip(list.items.iter()) {
                    if turn(self, Value::Int(index), item)? == Flow::Break {
                        break;
                    }
                }
            }
            Value::Map(map) => {
                for (key, item) in map.entries.iter() {
                    if turn(self, Value::Text(key.clone()), item)? == Flow::Break {
                        break;
                    }
                }
            }
            Value::Int(count) | Value::Int64(count) if branch.pipe.variables.len() < 2 => {
                for index in 0..*count {
                    let item = if matches!(over, Value::Int(_)) {
                        Value::Int(index)
                    } else {
                        Value::Int64(index)
                    };
                    if turn(self, item.clone(), &item)? == Flow::Break {
                        break;
                    }
                }
            }
            other => {
                let message = format!("range cannot iterate over {}", other.described());
                return Err(TemplateError::new(branch.pipe.at, message));
            }
        }
        // A loop handles its own break and continue, so only its else can pass them on.
        let flow = if turns == 0 {
            self.nodes(&branch.otherwise, dot)?
        } else {
            Flow::Next
        };
        self.depth -= 1;
        self.variables.truncate(known);
        Ok(flow)
    }

    fn turn(
        &mut self,
        branch: &'a Branch,
        index: Value,
        item: &Value,
    ) -> Result<Flow, TemplateError> {
        let pipe = &branch.pipe;
        self.spend(pipe.at, 1)?;
        let known = self.variables.len();
        match (&pipe.variables[..], pipe.assign) {
            ([], _) => {}
            ([one], true) => self.set(pipe.at, one, item.clone())?,
            ([first, second, ..], true) => {
                self.set(pipe.at, first, index)?;
                self.set(pipe.at, second, item.clone())?;
            }
            // The pipeline has declared them, and the variable of the item is the newest.
            (names, false) => {
                let newest = self.variables.iter_mut().rev();
                let values = [item.clone(), index];
                for (slot, value) in newest.zip(values).take(names.len()) {
                    slot.1 = value;
                }
            }
        }
        let flow = self.nodes(&branch.body, item)?;
        self.variables.truncate(known);
        Ok(flow)
    }

    fn call(
        &mut self,
        at: usize,
        name: &str,
        pipe: Option<&'a Pipe>,
        dot: &Value,
    ) -> Result<(), TemplateError> {
        let tree = self.tree;
        let body = tree
            .body(name)
            .ok_or_else(|| TemplateError::new(at, format!("there is no template `{name}`")))?;
        self.deeper(at)?;
        self.spend(at, 1)?;
        let dot = match pipe {
            Some(pipe) => self.pipe(pipe, dot)?,
            None => Value::None,
        };
        // It does not see the caller's variables.
        let variables = std::mem::replace(&mut self.variables, vec![("$", dot.clone())]);
        self.nodes(body, &dot)?;
        self.variables = variables;
        self.depth -= 1;
        Ok(())
    }

    /// Assigns a new value to an existing variable.
    pub(super) fn set(&mut self, at: usize, name: &str, value: Value) -> Result<(), TemplateError> {
        let known = self
            .variables
            .iter_mut()
            .rev()
            .find(|(known, _)| *known == name);
        let (_, slot) = known.ok_or_else(|| {
            TemplateError::new(
                at,
                format!("there is no variable {name}: declare it with :="),
            )
        })?;
        *slot = value;
        Ok(())
    }

    pub(super) fn deeper(&mut self, at: usize) -> Result<(), TemplateError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let message = format!("templates call each other more than {MAX_DEPTH} deep");
            return Err(TemplateError::new(at, message));
        }
        Ok(())
    }

    pub(super) fn shallower(&mut self) {
        self.depth -= 1;
    }

    pub(super) fn spend(&self, at: usize, steps: usize) -> Result<(), TemplateError> {
        let spent = self.budget.spend(steps);
        spent.map_err(|why| TemplateError::new(at, why))
    }

    fn print(&mut self, pipe: &Pipe, value: &Value) -> Result<(), TemplateError> {
        match value {
            Value::None | Value::Nil => self.write(pipe.at, "<no value>"),
            value => {
                let text = print::text(value, &self.budget);
                self.write(
                    pipe.at,
                    &text.map_err(|why| TemplateError::new(pipe.at, why))?,
                )
            }
        }
    }

    fn write(&mut self, at: usize, text: &str) -> Result<(), TemplateError> {
        self.out
            .push(text)
            .map_err(|why| TemplateError::new(at, why))
    }
}
