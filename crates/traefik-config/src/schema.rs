//! Describes every field of Traefik's dynamic configuration, from `schema.json`.
//!
//! Everything that reads or checks a configuration is generic over this; no other file lists
//! fields.

mod field;
mod shape;

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use go_compat::letters;
use serde_json::{Map, Value};

pub(crate) use self::field::{Access, Field};
pub(crate) use self::shape::Shape;
use crate::{Kind, Section, TraefikVersion};

/// All types of one minor version of Traefik, by name.
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

/// The schema of the newest known Traefik.
pub(crate) static SCHEMA: LazyLock<&Schema> =
    LazyLock::new(|| Schema::of_version(TraefikVersion::NEWEST));

/// The type of the whole dynamic configuration.
pub(crate) const ROOT: &str = "dynamic.Configuration";

/// The facts about all versions.
const SOURCES: [&str; 2] = [
    include_str!("schema.json"),
    include_str!("schema_docker.json"),
];

impl Schema {
    /// The schema of this Traefik, or of the nearest known version.
    pub(crate) fn of_version(version: TraefikVersion) -> &'static Self {
        static READ: OnceLock<BTreeMap<TraefikVersion, OnceLock<Schema>>> = OnceLock::new();
        let empty = || TraefikVersion::known().map(|version| (version, OnceLock::new()));
        let version = version.nearest_known();
        READ.get_or_init(|| empty().collect())
            .get(&version)
            .expect("the nearest known version is known")
            .get_or_init(|| {
                Self::parse(&SOURCES, version)
                    .expect("the schema is part of this crate and a test reads it")
            })
    }

    /// The struct of this name.
    ///
    /// Reading the schema checked every name in a shape.
    pub(crate) fn of(&self, name: &str) -> &Struct {
        self.structs
            .get(name)
            .expect("a shape only names types that the schema has")
    }

    /// The type of an element's body; none if the section has no such kind.
    pub(crate) fn element(&self, section: Section, kind: Kind) -> Option<&str> {
        let section = self.of(ROOT).in_file(section.as_str())?;
        let Shape::Struct(section) = &section.shape else {
            return None;
        };
        match &self.of(section).in_file(kind.as_str())?.shape {
            Shape::Map(shape) | Shape::List(shape) => match &**shape {
                Shape::Struct(name) => Some(name),
                _ => None,
            },
            _ => None,
        }
    }

    /// Fills an empty object of this field without changing its meaning, where Traefik rejects
    /// empty objects.
    ///
    /// Labels can make a struct with nothing set, but a document cannot contain an empty object.
    pub(crate) fn never_empty(&self, field: &Field, value: &mut Value) {
        if let (Value::Object(object), Shape::Struct(name), Access::Open) =
            (value, &field.shape, field.file)
            && object.is_empty()
        {
            let nothing = self.of(name).nothing();
            object.extend(nothing.map(|(name, value)| (name.to_owned(), value)));
        }
    }

    fn parse(sources: &[&str], version: TraefikVersion) -> Result<Self, String> {
        let mut structs = BTreeMap::new();
        for source in sources {
            let raw: BTreeMap<String, BTreeMap<String, Map<String, Value>>> =
                serde_json::from_str(source).map_err(|error| error.to_string())?;
            for (name, fields) in raw {
                let fields = fields
                    .into_iter()
                    .filter_map(|(name, facts)| Field::parse(&name, facts, version).transpose())
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
                .map(|(at, field)| (letters::folded(name(field)), at))
                .collect()
        };
        Self {
            by_label: index(|field| &field.label_name),
            by_file: index(|field| &field.name),
            fields,
        }
    }

    /// The field with this name in labels, in any case.
    pub(crate) fn in_labels(&self, name: &str) -> Option<&Field> {
        // Most labels are in lower case already.
        let found = self.by_label.get(name);
        let at = found.or_else(|| self.by_label.get(&letters::folded(name)))?;
        self.fields.get(*at)
    }

    /// The field with this name in a document, in any case.
    pub(crate) fn in_file(&self, name: &str) -> Option<&Field> {
        // Most names have the usual case.
        let found = self
            .fields
            .binary_search_by(|field| field.name.as_str().cmp(name));
        let folded = || self.by_file.get(&letters::folded(name)).copied();
        self.fields.get(found.ok().or_else(folded)?)
    }

    /// The kinds that an element sets, such as `loadBalancer` or `headers`. One is allowed.
    pub(crate) fn kinds<'a>(&'a self, body: &'a Value) -> impl Iterator<Item = &'a str> {
        let set = body.as_object().into_iter().flatten();
        let fields = set.filter_map(|(name, _)| self.in_file(name));
        let kinds = fields.filter(|field| field.shape.is_object() && field.file != Access::Ignored);
        kinds.map(|field| &*field.name)
    }

    /// A field and a value without effect: its zero, or else its default, or `false` to switch it
    /// off. It is the oldest such field, because the reader may be an older Traefik.
    fn nothing(&self) -> Option<(&str, Value)> {
        let first = |value: fn(&Field) -> Option<Value>| {
            let values = self
                .fields
                .iter()
                .filter(|field| field.file != Access::Ignored)
                .filter_map(|field| Some((field, value(field)?)));
            let (field, value) = values.min_by_key(|(field, _)| field.since)?;
            Some((&*field.name, value))
        };
        first(Field::zero)
            .or_else(|| first(|field| field.default.clone()))
            .or_else(|| first(Field::off))
    }
}

#[cfg(test)]
mod tests;
