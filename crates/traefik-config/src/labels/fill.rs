//! Converts a tree of labels into a JSON object of a type of the schema, as paerser's `AddMetadata`
//! and `Fill` do together.

use go_compat::excerpt::shown;
use go_compat::{letters, suggest};
use serde_json::{Map, Value};

use super::findings::Findings;
use super::raw::raw_map;
use super::tree::Node;
use crate::schema::{Access, Field, SCHEMA, Shape};
use crate::text::MAX_NAME;
use crate::{Code, Problem};

/// Fills a struct from labels. A label that cannot be read rejects the container.
pub(super) fn fill(name: &str, node: &Node<'_>, findings: &mut Findings) -> Map<String, Value> {
    Filler { findings }.structure(name, node, true)
}

struct Filler<'a> {
    findings: &'a mut Findings,
}

impl Filler<'_> {
    /// `live` is false below a field that is switched off: as in Traefik, names are still checked,
    /// but values are not.
    fn structure(&mut self, name: &str, node: &Node<'_>, live: bool) -> Map<String, Value> {
        let known = SCHEMA.of(name);
        let mut object = Map::new();
        for child in &node.children {
            let Some(field) = known.in_labels(child.name) else {
                let names = known
                    .fields
                    .iter()
                    .filter(|field| field.label != Access::Ignored);
                let hint = suggest::nearest(child.name, names.map(|field| &*field.label_name));
                self.unknown(child, hint);
                continue;
            };
            if let Some(value) = self.field(field, child, live) {
                object.insert(field.name.clone(), value);
            }
        }
        object
    }

    fn field(&mut self, field: &Field, node: &Node<'_>, live: bool) -> Option<Value> {
        let ignored = field.label == Access::Ignored;
        if ignored && live {
            let message = format!(
                "Traefik does not read `{}` from labels: set it in a file",
                field.name
            );
            self.findings
                .report(Problem::warning, Code::UnknownField, node.label, &message);
        }
        // `tls=false` switches off all of `tls`.
        let off = field.label == Access::AllowEmpty
            && field.shape.is_object()
            && !node.value.is_empty()
            && !letters::equal_fold(node.value, "true");
        let live = live && !off && !ignored;
        if field.shape.is_object() && node.children.is_empty() && field.label == Access::Open {
            self.error(
                Code::BadValue,
                node,
                "set one of its fields, as in `….field=value`",
            );
            return None;
        }
        let mut value = self.value(&field.shape, field.slice_as_struct, node, live)?;
        if !live {
            return None;
        }
        SCHEMA.never_empty(field, &mut value);
        Some(value)
    }

    fn value(
        &mut self,
        shape: &Shape,
        as_struct: bool,
        node: &Node<'_>,
        live: bool,
    ) -> Option<Value> {
        match shape {
            Shape::Struct(name) => Some(self.structure(name, node, live).into()),
            Shape::Map(item) => Some(self.map(item, node, live).into()),
            Shape::List(item) => self.list(item, as_struct, node, live).map(Value::Array),
            _ if node.children.is_empty() => self.scalar(shape, node.value, node, live),
            _ => {
                self.unknown(&node.children[0], None);
                None
            }
        }
    }

    fn map(&mut self, item: &Shape, node: &Node<'_>, live: bool) -> Map<String, Value> {
        let mut object = Map::new();
        for child in &node.children {
            let value = match item {
                Shape::Struct(name) => Some(self.structure(name, child, live).into()),
                Shape::Map(inner) if **inner == Shape::Any => match raw_map(child) {
                    Ok(map) => Some(map.into()),
                    Err(mixed) => {
                        let message = "a plugin's list has either strings or objects, not both";
                        self.error(Code::BadValue, mixed, message);
                        None
                    }
                },
                Shape::String => {
                    self.texts(child.name, child, live, &mut object);
                    None
                }
                _ => {
                    self.warn_of_rest(child, live);
                    self.scalar(item, child.value, child, live)
                }
            };
            object.extend(value.map(|value| (child.name.to_owned(), value)));
        }
        object
    }

    /// In a map of texts, such as headers, a dot is part of the name.
    fn texts(&mut self, name: &str, node: &Node<'_>, live: bool, object: &mut Map<String, Value>) {
        if let Some(longer) = node.children.first() {
            if live && !node.value.is_empty() {
                let longer = format!("{name}.{}", longer.name);
                let message = format!(
                    "Traefik drops it because there is also `{}`",
                    shown(&longer)
                );
                self.findings
                    .report(Problem::warning, Code::BadValue, node.label, &message);
            }
            for child in &node.children {
                self.texts(&format!("{name}.{}", child.name), child, live, object);
            }
        } else if name.len() > MAX_NAME {
            let message = format!("its name is longer than {MAX_NAME} bytes: shorten it");
            self.error(Code::BadValue, node, &message);
        } else {
            object.insert(name.to_owned(), node.value.into());
        }
    }

    /// None for a list without items: Traefik then leaves the field unset.
    fn list(
        &mut self,
        item: &Shape,
        as_struct: bool,
        node: &Node<'_>,
        live: bool,
    ) -> Option<Vec<Value>> {
        if let Shape::Struct(name) = item {
            if as_struct && node.children.is_empty() {
                let message = "set one of its fields, as in `….server.port=80`";
                self.error(Code::BadValue, node, message);
                return None;
            }
            if as_struct {
                return Some(vec![self.structure(name, node, live).into()]);
            }
            // In the order of the labels' names. Traefik does not read the indexes.
            let items = node.children.iter();
            let items: Vec<_> = items
                .map(|child| self.structure(name, child, live).into())
                .collect();
            return (!items.is_empty()).then_some(items);
        }
        for child in &node.children {
            match child.children.first() {
                Some(grandchild) => self.unknown(grandchild, None),
                None if live => self.single_item(child),
                None => {}
            }
        }
        if node.value.is_empty() {
            return None;
        }
        let items = node.value.split(',').map(str::trim);
        items
            .map(|text| self.scalar(item, text, node, live))
            .collect()
    }

    fn scalar(&mut self, shape: &Shape, text: &str, node: &Node<'_>, live: bool) -> Option<Value> {
        let value = shape.read(text);
        if let Err(wanted) = value
            && live
        {
            let message = format!("`{}` is not {wanted}", shown(text));
            self.error(Code::BadValue, node, &message);
        }
        value.ok()
    }

    /// In a map of numbers the name is only one part. Traefik silently drops the rest.
    fn warn_of_rest(&mut self, child: &Node<'_>, live: bool) {
        if let Some(rest) = child.children.first().filter(|_| live) {
            let message = format!(
                "Traefik reads this name only up to its dot, as `{}`, and drops the value",
                shown(child.name)
            );
            self.findings
                .report(Problem::warning, Code::BadValue, rest.label, &message);
        }
    }

    /// An error, because a router may be unprotected without its middleware. The container is still
    /// routed, as in Traefik.
    fn single_item(&mut self, item: &Node<'_>) {
        let list = item.label.rsplit_once('[').map_or("", |(list, _)| list);
        let message = format!(
            "Traefik does not read single items, so this one is NOT applied: write one label \
             with commas, `{}=…`",
            shown(list)
        );
        self.findings
            .report(Problem::error, Code::BadValue, item.label, &message);
    }

    fn unknown(&mut self, node: &Node<'_>, hint: Option<&str>) {
        let hint = hint.map_or(String::new(), |hint| format!("; did you mean `{hint}`?"));
        let message = format!("Traefik has no field `{}` there{hint}", shown(node.name));
        self.error(Code::UnknownField, node, &message);
    }

    fn error(&mut self, code: Code, node: &Node<'_>, message: &str) {
        self.findings.reject(code, node.label, message);
    }
}
