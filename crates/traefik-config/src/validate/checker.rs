//! Checks an element's body against the schema of one Traefik version, and rewrites it in that
//! version's form.

use go_compat::excerpt::shown;
use go_compat::{letters, suggest};
use serde_json::{Map, Value};

use crate::schema::{Access, Field, SCHEMA, Schema, Shape};
use crate::text::{MAX_NAME, forbidden};
use crate::{Code, Element, Problem, TraefikVersion};

/// The most problems that are reported for one element.
const MAX_PROBLEMS: usize = 20;

/// The findings while one element is read.
pub(super) struct Checker<'a> {
    schema: &'static Schema,
    version: TraefikVersion,
    element: &'a Element,
    path: Vec<String>,
    strict: bool,
    problems: Vec<Problem>,
}

impl<'a> Checker<'a> {
    /// A checker of this element. If `strict`, it rejects everything that is not canonical.
    pub(super) fn new(element: &'a Element, version: TraefikVersion, strict: bool) -> Self {
        Self {
            schema: Schema::of_version(version),
            version,
            element,
            path: Vec::new(),
            strict,
            problems: Vec::new(),
        }
    }

    /// The element's canonical body, or its problems.
    pub(super) fn body(mut self) -> Result<Value, Vec<Problem>> {
        match self.read() {
            Some(body) if self.problems.is_empty() => Ok(body),
            _ => Err(self.problems),
        }
    }

    fn read(&mut self) -> Option<Value> {
        let element = self.element;
        let Some(name) = self.schema.element(element.section, element.kind) else {
            self.fault("Traefik has no such elements in this section");
            return None;
        };
        self.name(&element.name);
        match &element.body {
            Value::Object(body) => Some(self.structure(name, body, true).into()),
            _ => {
                self.fault("it is not an object");
                None
            }
        }
    }

    /// `live` is false below a field that Traefik ignores: only names are checked there.
    fn structure(
        &mut self,
        name: &str,
        body: &Map<String, Value>,
        live: bool,
    ) -> Map<String, Value> {
        let known = self.schema.of(name);
        let newest = || SCHEMA.of(name);
        let mut object = Map::new();
        for (name, value) in body.iter().filter(|(_, value)| !value.is_null()) {
            self.path.push(name.clone());
            match known.in_file(name) {
                None => match newest().in_file(name) {
                    Some(field) => self.too_old_for(field),
                    None => {
                        let names = known.fields.iter().map(|field| &*field.name);
                        let hint = suggest::nearest(name, names)
                            .map_or(String::new(), |hint| format!("; did you mean `{hint}`?"));
                        self.fault(&format!("Traefik has no such field{hint}"));
                    }
                },
                Some(field) if self.strict && field.name != *name => {
                    self.fault(&format!("write `{}`", field.name));
                }
                Some(field) if self.strict && field.file == Access::Ignored => {
                    // Versions differ in the fields below it.
                    self.fault("Traefik ignores it in a document: remove it");
                }
                Some(field) => {
                    let value = self.field(field, value, live);
                    let before = value.and_then(|value| object.insert(field.name.clone(), value));
                    if before.is_some() {
                        self.fault("it is set twice, in different cases");
                    }
                }
            }
            self.path.pop();
        }
        object
    }

    fn field(&mut self, field: &Field, value: &Value, live: bool) -> Option<Value> {
        let live = live && field.file != Access::Ignored;
        let mut value = match (&field.shape, value) {
            (Shape::Struct(_) | Shape::Map(_), Value::Object(members)) => {
                if field.file == Access::Open && members.values().all(Value::is_null) {
                    self.fault("it is empty: remove it");
                    return None;
                }
                self.value(&field.shape, value, live)
            }
            (Shape::Struct(_) | Shape::Map(_), Value::Array(_)) => {
                self.fault("it is a list, but Traefik expects an object");
                None
            }
            (Shape::Struct(_) | Shape::Map(_), scalar) => match field.file {
                Access::Open => {
                    self.fault("Traefik expects an object");
                    None
                }
                // Only `true` and an empty text switch it on.
                Access::AllowEmpty => {
                    let text = self.text(scalar)?;
                    let on = text.is_empty() || letters::equal_fold(&text, "true");
                    on.then(|| Map::new().into())
                }
                Access::Ignored => self.text(scalar).and(None),
            },
            _ => self.value(&field.shape, value, live),
        };
        value = value.filter(|_| live);
        if let Some(value) = &mut value {
            self.schema.never_empty(field, value);
        }
        value
    }

    fn value(&mut self, shape: &Shape, value: &Value, live: bool) -> Option<Value> {
        match (shape, value) {
            (Shape::Struct(name), Value::Object(body)) => {
                Some(self.structure(name, body, live).into())
            }
            (Shape::Map(item), Value::Object(members)) => {
                Some(self.map(item, members, live).into())
            }
            (Shape::List(item), Value::Array(items)) => Some(self.list(item, items, live).into()),
            (Shape::List(item), text) if !matches!(**item, Shape::Struct(_)) => {
                let text = self.text(text)?;
                let items = text.split(',').filter(|_| !text.is_empty());
                let items: Option<Vec<_>> = items
                    .map(|text| self.scalar(item, text.trim(), live))
                    .collect();
                items.map(Value::Array)
            }
            (Shape::Struct(_) | Shape::Map(_) | Shape::List(_), _) => {
                self.fault("it does not have the form that Traefik expects");
                None
            }
            (shape, value) => {
                let text = self.text(value)?;
                self.scalar(shape, &text, live)
            }
        }
    }

    fn map(
        &mut self,
        item: &Shape,
        members: &Map<String, Value>,
        live: bool,
    ) -> Map<String, Value> {
        let mut object = Map::new();
        for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
            self.path.push(name.clone());
            self.name(name);
            let value = match item {
                Shape::Any => {
                    self.raw(name, value, 0);
                    Some(value.clone())
                }
                item => self.value(item, value, live),
            };
            object.extend(value.map(|value| (name.clone(), value)));
            self.path.pop();
        }
        object
    }

    fn list(&mut self, item: &Shape, items: &[Value], live: bool) -> Vec<Value> {
        let mut values = Vec::new();
        for (at, value) in items.iter().enumerate() {
            self.path.push(format!("[{at}]"));
            // Traefik trims the items of a list.
            let trimmed = value.as_str().map(|text| Value::from(text.trim()));
            values.extend(self.value(item, trimmed.as_ref().unwrap_or(value), live));
            self.path.pop();
        }
        values
    }

    fn scalar(&mut self, shape: &Shape, text: &str, live: bool) -> Option<Value> {
        let value = shape.read(text);
        if let Err(wanted) = value
            && live
        {
            self.fault(&format!("`{}` is not {wanted}", shown(text)));
        }
        value.ok()
    }

    /// Converts a scalar to text as Traefik does.
    pub(super) fn text(&mut self, value: &Value) -> Option<String> {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Bool(value) => value.to_string(),
            Value::Number(number) if number.is_f64() => {
                let text = format!("{:.6}", number.as_f64().unwrap_or_default());
                text.trim_end_matches(".000000").to_owned()
            }
            Value::Number(number) => number.to_string(),
            Value::Null | Value::Array(_) | Value::Object(_) => {
                self.fault("it is not a single value");
                return None;
            }
        };
        if let Some(why) = forbidden(&text) {
            self.problem(Code::BadCharacter, &format!("{why}; remove it"));
            return None;
        }
        Some(text)
    }

    pub(super) fn name(&mut self, name: &str) {
        if let Some(why) = forbidden(name) {
            self.problem(Code::BadCharacter, &format!("in its name, {why}"));
        } else if name.is_empty() {
            self.fault("it has no name");
        } else if name.len() > MAX_NAME {
            self.fault(&format!("its name is longer than {MAX_NAME} bytes"));
        }
    }

    fn too_old_for(&mut self, field: &Field) {
        self.problem(
            Code::NeedsNewerTraefik,
            &format!(
                "it needs Traefik {}, but the hub is set to {} (--traefik-version): \
                 upgrade Traefik, or remove it",
                field.since, self.version
            ),
        );
    }

    pub(super) fn fault(&mut self, message: &str) {
        self.problem(Code::Invalid, message);
    }

    fn problem(&mut self, code: Code, message: &str) {
        if self.problems.len() >= MAX_PROBLEMS {
            return;
        }
        let Element {
            section,
            kind,
            name,
            ..
        } = self.element;
        let what = format!("{section} {} `{}`", kind.singular(), shown(name));
        let path = self.path.join(".").replace(".[", "[");
        let message = if path.is_empty() {
            format!("{what}: {message}")
        } else {
            format!("{what}, field `{}`: {message}", shown(&path))
        };
        let problem = Problem::error(code, message).of_element(*section, *kind, name);
        self.problems.push(problem);
    }
}
