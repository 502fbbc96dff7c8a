//! Every field of Traefik's dynamic configuration: `schema.json` in, types and fields out.
//!
//! All that reads or checks a configuration is generic over this; no other file lists fields.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

pub(crate) use crate::shape::Shape;
use crate::{Kind, Section, go};

/// All types by name.
#[derive(Debug)]
pub(crate) struct Schema {
    structs: BTreeMap<String, Struct>,
}

/// A Go struct.
#[derive(Debug)]
pub(crate) struct Struct {
    /// Its fields, sorted by name.
    pub(crate) fields: Vec<Field>,
    by_label: BTreeMap<String, usize>,
    by_file: BTreeMap<String, usize>,
}

/// One field of a struct.
#[derive(Debug)]
pub(crate) struct Field {
    /// Its name in the document.
    pub(crate) name: String,
    /// Its name in labels.
    pub(crate) label_name: String,
    /// What it holds.
    pub(crate) shape: Shape,
    /// True if it may be unset.
    pub(crate) pointer: bool,
    /// How labels may set it.
    pub(crate) label: Access,
    /// How a document may set it.
    pub(crate) file: Access,
    /// True for a list that labels write as one struct.
    pub(crate) slice_as_struct: bool,
    /// What Traefik sets it to when nobody does, as a document would write it.
    pub(crate) default: Option<Value>,
}

/// Whether a source may set a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Yes.
    Open,
    /// Yes, and it may be an empty object.
    AllowEmpty,
    /// It is read over and ignored.
    Ignored,
}

/// The newest Traefik that is known.
pub(crate) static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    Schema::parse(&[
        include_str!("schema.json"),
        include_str!("schema_docker.json"),
    ])
    .expect("the schema is part of this crate and a test reads it")
});

/// The type of the whole dynamic configuration.
pub(crate) const ROOT: &str = "dynamic.Configuration";

impl Schema {
    /// The struct of this name.
    ///
    /// Every name that a shape holds was looked up when the schema was read.
    pub(crate) fn of(&self, name: &str) -> &Struct {
        self.structs
            .get(name)
            .expect("a shape only names types that the schema has")
    }

    /// What an element's body is; nothing if the section has no such kind.
    pub(crate) fn element(&self, section: Section, kind: Kind) -> Option<&str> {
        let section = self.of(ROOT).in_file(section.as_str())?;
        let Shape::Struct(section) = &section.shape else {
            return None;
        };
        match &self.of(section).in_file(kind.as_str())?.shape {
            Shape::Map(shape) => match &**shape {
                Shape::Struct(name) => Some(name),
                _ => None,
            },
            _ => None,
        }
    }

    fn parse(sources: &[&str]) -> Result<Self, String> {
        let mut structs = BTreeMap::new();
        for source in sources {
            let raw: BTreeMap<String, BTreeMap<String, RawField>> =
                serde_json::from_str(source).map_err(|error| error.to_string())?;
            for (name, fields) in raw {
                let fields = fields
                    .into_iter()
                    .map(|(name, raw)| Field::parse(&name, raw))
                    .collect::<Result<_, _>>()?;
                structs.insert(name, Struct::new(fields));
            }
        }
        let schema = Self { structs };
        match schema.missing() {
            Some(name) => Err(format!("type {name} is used but not there")),
            None => Ok(schema),
        }
    }

    fn missing(&self) -> Option<&str> {
        let fields = self.structs.values().flat_map(|one| &one.fields);
        let mut used = fields.filter_map(|field| field.shape.struct_name());
        used.find(|&name| !self.structs.contains_key(name))
    }
}

impl Struct {
    fn new(mut fields: Vec<Field>) -> Self {
        fields.sort_by(|left, right| left.name.cmp(&right.name));
        let index = |name: fn(&Field) -> &str| {
            let named = fields.iter().enumerate();
            named
                .map(|(at, field)| (go::folded(name(field)), at))
                .collect()
        };
        Self {
            by_label: index(|field| &field.label_name),
            by_file: index(|field| &field.name),
            fields,
        }
    }

    /// The field that labels call so, in any case.
    pub(crate) fn in_labels(&self, name: &str) -> Option<&Field> {
        let at = self.by_label.get(&go::folded(name))?;
        self.fields.get(*at)
    }

    /// The field that a document calls so, in any case.
    pub(crate) fn in_file(&self, name: &str) -> Option<&Field> {
        let at = self.by_file.get(&go::folded(name))?;
        self.fields.get(*at)
    }

    /// The kinds that an element sets, such as `loadBalancer` or `headers`: it may have one.
    pub(crate) fn kinds<'a>(&'a self, body: &'a Value) -> impl Iterator<Item = &'a str> {
        let set = body.as_object().into_iter().flatten();
        let fields = set.filter_map(|(name, _)| self.in_file(name));
        let kinds = fields.filter(|field| field.shape.is_object() && field.file != Access::Ignored);
        kinds.map(|field| &*field.name)
    }

    /// A field and a value that say nothing: its zero, or else its default, or that it is off.
    fn nothing(&self) -> Option<(&str, Value)> {
        let first = |value: fn(&Field) -> Option<Value>| {
            let open = self
                .fields
                .iter()
                .filter(|field| field.file != Access::Ignored);
            let mut values = open.filter_map(|field| Some((&*field.name, value(field)?)));
            values.next()
        };
        first(Field::zero)
            .or_else(|| first(|field| field.default.clone()))
            .or_else(|| first(Field::off))
    }
}

impl Field {
    fn parse(name: &str, raw: RawField) -> Result<Self, String> {
        let (go_name, name) = match name.strip_prefix("go:") {
            Some(go_name) => (go_name, lower_first(go_name)),
            None => (name, name.to_owned()),
        };
        let (pointer, shape) = match raw.r#type.strip_prefix('*') {
            Some(shape) => (true, shape),
            None => (false, &*raw.r#type),
        };
        let shape = match Shape::parse(shape)? {
            // Traefik's reader knows nothing of what stands behind a pointer to a map.
            Shape::Map(_) if pointer => Shape::Any,
            shape => shape,
        };
        Ok(Self {
            shape,
            pointer,
            label: Access::parse(raw.label.as_deref())?,
            file: Access::parse(raw.file.as_deref())?,
            slice_as_struct: raw.label_slice_as_struct.is_some(),
            label_name: raw
                .label_slice_as_struct
                .unwrap_or_else(|| go_name.to_owned()),
            default: raw.default,
            name,
        })
    }
}

impl Field {
    /// Makes an object of this field non-empty without giving it a meaning, where it must be.
    ///
    /// Labels can make a struct with nothing set, but a document cannot write an empty object.
    pub(crate) fn never_empty(&self, value: &mut Value) {
        if let (Value::Object(object), Shape::Struct(name), Access::Open) =
            (value, &self.shape, self.file)
            && object.is_empty()
        {
            let nothing = SCHEMA.of(name).nothing();
            object.extend(nothing.map(|(name, value)| (name.to_owned(), value)));
        }
    }

    fn zero(&self) -> Option<Value> {
        let zero = !self.pointer && self.default.is_none();
        zero.then(|| self.shape.zero())?
    }

    fn off(&self) -> Option<Value> {
        let can = self.file == Access::AllowEmpty && self.shape.is_object();
        can.then(|| false.into())
    }
}

impl Access {
    fn parse(tag: Option<&str>) -> Result<Self, String> {
        match tag {
            None => Ok(Self::Open),
            Some("allowEmpty") => Ok(Self::AllowEmpty),
            Some("-") => Ok(Self::Ignored),
            Some(other) => Err(format!("tag {other} is not known")),
        }
    }
}

/// A field as the file has it; the facts about versions are not read yet.
#[derive(Deserialize)]
struct RawField {
    r#type: String,
    label: Option<String>,
    file: Option<String>,
    #[serde(rename = "labelSliceAsStruct")]
    label_slice_as_struct: Option<String>,
    default: Option<Value>,
}

fn lower_first(name: &str) -> String {
    let mut chars = name.chars();
    let first = chars.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(chars).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_element_has_a_type() {
        let router = SCHEMA.element(Section::Http, Kind::Routers);
        assert_eq!(router, Some("dynamic.Router"));
        assert_eq!(SCHEMA.element(Section::Udp, Kind::Middlewares), None);
        assert_eq!(
            SCHEMA.element(Section::Tls, Kind::Options),
            Some("tls.Options")
        );
    }

    #[test]
    fn an_object_that_must_not_be_empty_never_has_to_be() {
        for field in SCHEMA.structs.values().flat_map(|one| &one.fields) {
            if let (Shape::Struct(name), Access::Open) = (&field.shape, field.file) {
                let nothing = SCHEMA.of(name).nothing();
                assert!(
                    nothing.is_some() || name.ends_with("Configuration"),
                    "{name}"
                );
            }
        }
    }

    #[test]
    fn labels_and_documents_have_their_own_names() {
        let balancer = SCHEMA.of("dynamic.ServersLoadBalancer");
        assert!(
            balancer
                .in_labels("SERVER")
                .is_some_and(|one| one.name == "servers")
        );
        assert!(balancer.in_labels("servers").is_none());
        assert!(balancer.in_file("servers").is_some());
        let server = SCHEMA.of("dynamic.Server");
        assert!(
            server
                .in_labels("port")
                .is_some_and(|one| one.file == Access::Ignored)
        );
    }
}
