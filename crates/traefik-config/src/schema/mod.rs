//! Every field of Traefik's dynamic configuration: `schema.json` in, types and fields out.
//!
//! All that reads or checks a configuration is generic over this; no other file lists fields.

mod field;

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use serde_json::{Map, Value};

pub(crate) use self::field::{Access, Field};
pub(crate) use crate::shape::Shape;
use crate::{Kind, Section, TraefikVersion, go};

/// All types by name, as one minor version of Traefik has them.
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

/// The newest Traefik that is known.
pub(crate) static SCHEMA: LazyLock<&Schema> =
    LazyLock::new(|| Schema::of_version(TraefikVersion::NEWEST));

/// The type of the whole dynamic configuration.
pub(crate) const ROOT: &str = "dynamic.Configuration";

/// The facts, of all versions together.
const SOURCES: [&str; 2] = [
    include_str!("../schema.json"),
    include_str!("../schema_docker.json"),
];

impl Schema {
    /// The language of this Traefik, or of the known one that is nearest.
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
            Shape::Map(shape) | Shape::List(shape) => match &**shape {
                Shape::Struct(name) => Some(name),
                _ => None,
            },
            _ => None,
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
        // Most labels are in small letters already.
        let found = self.by_label.get(name);
        let at = found.or_else(|| self.by_label.get(&go::folded(name)))?;
        self.fields.get(*at)
    }

    /// The field that a document calls so, in any case.
    pub(crate) fn in_file(&self, name: &str) -> Option<&Field> {
        // Most names are as they should be.
        let found = self
            .fields
            .binary_search_by(|field| field.name.as_str().cmp(name));
        let folded = || self.by_file.get(&go::folded(name)).copied();
        self.fields.get(found.ok().or_else(folded)?)
    }

    /// The kinds that an element sets, such as `loadBalancer` or `headers`: it may have one.
    pub(crate) fn kinds<'a>(&'a self, body: &'a Value) -> impl Iterator<Item = &'a str> {
        let set = body.as_object().into_iter().flatten();
        let fields = set.filter_map(|(name, _)| self.in_file(name));
        let kinds = fields.filter(|field| field.shape.is_object() && field.file != Access::Ignored);
        kinds.map(|field| &*field.name)
    }

    /// A field and a value that say nothing: its zero, or else its default, or that it is off.
    /// The oldest such field, since who reads it may be an older Traefik than the one we know of.
    fn nothing(&self) -> Option<(&str, Value)> {
        let first = |value: fn(&Field) -> Option<Value>| {
            let open = self.fields.iter();
            let open = open.filter(|field| field.file != Access::Ignored);
            let values = open.filter_map(|field| Some((field, value(field)?)));
            let (field, value) = values.min_by_key(|(field, _)| field.since)?;
            Some((&*field.name, value))
        };
        first(Field::zero)
            .or_else(|| first(|field| field.default.clone()))
            .or_else(|| first(Field::off))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schemas() -> impl Iterator<Item = (TraefikVersion, &'static Schema)> {
        TraefikVersion::known().map(|version| (version, Schema::of_version(version)))
    }

    fn version(text: &str) -> &'static Schema {
        Schema::of_version(text.parse().unwrap())
    }

    #[test]
    fn every_element_has_a_type() {
        let router = SCHEMA.element(Section::Http, Kind::Routers);
        assert_eq!(router, Some("dynamic.Router"));
        assert_eq!(SCHEMA.element(Section::Udp, Kind::Middlewares), None);
        assert_eq!(
            SCHEMA.element(Section::Tls, Kind::Options),
            Some("tls.Options")
        );
        let certificate = SCHEMA.element(Section::Tls, Kind::Certificates);
        assert_eq!(certificate, Some("tls.CertAndStores"));
    }

    #[test]
    fn an_object_that_must_not_be_empty_never_has_to_be() {
        for (version, schema) in schemas() {
            for field in schema.structs.values().flat_map(|one| &one.fields) {
                let (Shape::Struct(name), Access::Open) = (&field.shape, field.file) else {
                    continue;
                };
                let known = schema.of(name);
                // Only what is left out of what somebody wrote can leave nothing.
                let loses = known.fields.iter().any(|field| field.file != Access::Open);
                assert!(
                    known.nothing().is_some() || name.ends_with("Configuration") || !loses,
                    "{name} in {version}"
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

    #[test]
    fn the_facts_are_of_known_versions_up_to_the_newest() {
        let mut newest = TraefikVersion::OLDEST;
        for source in SOURCES {
            let facts: BTreeMap<String, BTreeMap<String, Value>> =
                serde_json::from_str(source).unwrap();
            for field in facts.values().flat_map(BTreeMap::values) {
                let was = field["was"].as_array().into_iter().flatten();
                let versions = was.map(|was| &was["before"]).chain(field.get("since"));
                for version in versions {
                    let version: TraefikVersion = version.as_str().unwrap().parse().unwrap();
                    assert_eq!(version, version.nearest_known(), "{field}");
                    newest = newest.max(version);
                }
            }
        }
        assert_eq!(newest, TraefikVersion::NEWEST);
    }

    #[test]
    fn a_version_has_what_it_had() {
        let encodings = |text: &str| {
            let field = version(text).of("dynamic.Compress").in_file("encodings");
            field.map(|field| field.default.as_ref().unwrap()[0].clone())
        };
        assert_eq!(encodings("3.1"), None);
        assert_eq!(encodings("3.2"), Some("zstd".into()));
        assert_eq!(encodings("3.3"), Some("gzip".into()));
        let age = |text: &str| {
            let headers = version(text).of("dynamic.Headers");
            headers.in_file("stsSeconds").map(|field| field.pointer)
        };
        assert_eq!(age("3.5"), Some(false));
        assert_eq!(age("3.6"), Some(true));
        let forced = |text: &str| {
            let scheme = version(text).of("dynamic.RedirectScheme");
            scheme
                .in_file("forcePermanentRedirect")
                .map(|field| field.file)
        };
        assert_eq!(forced("3.5"), None);
        assert_eq!(forced("3.6"), Some(Access::Open));
        assert_eq!(forced("3.7"), Some(Access::Ignored));
    }

    #[test]
    fn a_version_that_is_not_known_is_the_nearest() {
        assert!(std::ptr::eq(version("3.99"), *SCHEMA));
        assert!(std::ptr::eq(version("2.1"), version("3.0")));
    }
}
