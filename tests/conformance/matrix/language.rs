//! Reads the fields of one Traefik version from `schema.json`.
//!
//! It does not use the crate's own code for this, so that this code is checked, too.

use std::fmt::Display;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value, json};
use traefik_config::{Kind, Section};

use crate::harness::root;

/// The deepest nesting of fields that is followed; the deepest one of Traefik is 7.
const MAX_DEPTH: usize = 12;

/// The fields of Traefik's versions, as in the file.
#[derive(Debug)]
pub(crate) struct Language {
    types: Value,
    version: [u64; 2],
}

/// One field of a struct.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    /// Its name in a document.
    pub(crate) name: String,
    /// The type of its value.
    pub(crate) holds: Holds,
    /// True if Traefik reads it over.
    pub(crate) ignored: bool,
    default: Value,
}

/// The type of a field's value.
#[derive(Debug, Clone)]
pub(crate) enum Holds {
    /// One value of this Go type.
    Scalar(String),
    /// The struct of this name.
    Struct(String),
    /// A list.
    List(Box<Holds>),
    /// An object with free names.
    Map(Box<Holds>),
}

/// A place in a document: names of fields, [`KEY`] within a map and [`ITEM`] within a list.
pub(crate) type Path = Vec<String>;

/// Stands for a free name.
pub(crate) const KEY: &str = "some-key";

/// Stands for the only item of a list.
pub(crate) const ITEM: &str = "[0]";

#[derive(Default)]
struct Places {
    fields: Vec<Path>,
    structs: Vec<Path>,
}

impl Language {
    /// The language of this minor version.
    pub(crate) fn of(version: &str) -> Result<Self> {
        let file = root().join("crates/traefik-config/src/schema.json");
        Ok(Self {
            types: serde_json::from_str(&std::fs::read_to_string(file)?)?,
            version: numbers(version)?,
        })
    }

    /// The struct of each kind of element.
    pub(crate) fn elements(&self) -> Result<Vec<(Section, Kind, String)>> {
        let mut elements = Vec::new();
        for section in self.fields("dynamic.Configuration")? {
            let Some(place) = named(Section::ALL, &section.name) else {
                continue;
            };
            let Holds::Struct(name) = section.holds else {
                bail!("{place} is no struct");
            };
            for field in self.fields(&name)? {
                if let Some(kind) = named(Kind::ALL, &field.name)
                    && let Holds::Map(item) = field.holds
                    && let Holds::Struct(name) = *item
                {
                    elements.push((place, kind, name));
                }
            }
        }
        Ok(elements)
    }

    /// The fields that a struct has in this version.
    pub(crate) fn fields(&self, name: &str) -> Result<Vec<Field>> {
        let known = self.types[name].as_object();
        let known = known.with_context(|| format!("no type {name}"))?;
        let fields = known.iter().map(|(name, facts)| self.field(name, facts));
        fields.filter_map(Result::transpose).collect()
    }

    /// How many fields there are, each counted at every place where it may stand.
    pub(crate) fn count(&self) -> Result<usize> {
        let elements = self.elements()?.into_iter();
        elements
            .map(|(_, _, name)| Ok(self.paths(&name)?.len()))
            .sum()
    }

    /// The place of every field below a struct.
    pub(crate) fn paths(&self, name: &str) -> Result<Vec<Path>> {
        let mut places = Places::default();
        self.walk(name, &mut Vec::new(), &mut places)?;
        Ok(places.fields)
    }

    /// The place of a struct and of every struct below it.
    pub(crate) fn structs(&self, name: &str) -> Result<Vec<Path>> {
        let mut places = Places::default();
        self.walk(name, &mut Vec::new(), &mut places)?;
        Ok(places.structs)
    }

    /// The first name of a path below a struct that this version does not know.
    pub(crate) fn unknown<'a>(&self, name: &str, path: &'a [String]) -> Result<Option<&'a str>> {
        let mut holds = Holds::Struct(name.to_owned());
        for step in path {
            match self.below(holds, step)? {
                Some(next) => holds = next,
                None => return Ok(Some(step)),
            }
        }
        Ok(None)
    }

    /// An object with nothing but this field of a struct, and what it needs around it.
    pub(crate) fn only(&self, name: &str, path: &[String]) -> Result<Value> {
        let mut holds = Holds::Struct(name.to_owned());
        for step in path {
            let below = self.below(holds, step)?;
            holds = below.with_context(|| format!("no {step}"))?;
        }
        let leaf = self.filled(&holds, true, 0)?;
        Ok(nested(path, leaf))
    }

    /// An object with all fields of a struct, none of them as it is anyway; with those that
    /// Traefik reads over, if `ignored`.
    pub(crate) fn whole(&self, name: &str, ignored: bool) -> Result<Map<String, Value>> {
        self.structure(name, ignored, 0)
    }

    fn structure(&self, name: &str, ignored: bool, depth: usize) -> Result<Map<String, Value>> {
        ensure!(depth <= MAX_DEPTH, "{name} is nested too deeply");
        let fields = self.fields(name)?.into_iter();
        let fields = fields.filter(|field| ignored || !field.ignored);
        let fields = fields.map(|field| {
            let value = self.filled(&field.holds, ignored, depth + 1)?;
            // No number, text or duration of ours is a default, but half of the booleans are.
            let assumed = value == json!(true) && value == field.default;
            Ok((field.name, if assumed { json!(false) } else { value }))
        });
        fields.collect()
    }

    fn below(&self, holds: Holds, step: &str) -> Result<Option<Holds>> {
        match holds {
            Holds::Struct(name) => {
                let mut fields = self.fields(&name)?.into_iter();
                Ok(fields.find(|field| field.name == step).map(|it| it.holds))
            }
            Holds::List(item) | Holds::Map(item) => Ok(Some(*item)),
            Holds::Scalar(what) => bail!("{step} stands below a {what}"),
        }
    }

    fn filled(&self, holds: &Holds, ignored: bool, depth: usize) -> Result<Value> {
        Ok(match holds {
            Holds::Scalar(name) => match &**name {
                "bool" => json!(true),
                "int" | "int64" | "uint32" => json!(7),
                "duration" => json!("7s"),
                "string" => json!("some-text"),
                // A plugin's settings, as free as they are.
                "any" => json!("some-text"),
                other => bail!("no value for a {other}"),
            },
            Holds::Struct(name) => self.structure(name, ignored, depth)?.into(),
            Holds::List(item) => json!([self.filled(item, ignored, depth)?]),
            Holds::Map(item) => json!({ KEY: self.filled(item, ignored, depth)? }),
        })
    }

    fn walk(&self, name: &str, path: &mut Path, places: &mut Places) -> Result<()> {
        ensure!(path.len() <= MAX_DEPTH, "{name} is nested too deeply");
        places.structs.push(path.clone());
        for field in self.fields(name)? {
            let depth = path.len();
            path.push(field.name);
            places.fields.push(path.clone());
            let mut holds = &field.holds;
            while let Holds::List(item) | Holds::Map(item) = holds {
                let list = matches!(holds, Holds::List(_));
                path.push(if list { ITEM } else { KEY }.to_owned());
                holds = item;
            }
            if let Holds::Struct(name) = holds {
                self.walk(name, path, places)?;
            }
            path.truncate(depth);
        }
        Ok(())
    }

    fn field(&self, name: &str, facts: &Value) -> Result<Option<Field>> {
        if let Some(since) = facts["since"].as_str()
            && self.version < numbers(since)?
        {
            return Ok(None);
        }
        let fact = |name: &str| self.fact(facts, name);
        let r#type = fact("type")?;
        let r#type = r#type.as_str().context("a field without a type")?;
        let (first, rest) = name.strip_prefix("go:").unwrap_or(name).split_at(1);
        let name = match name.starts_with("go:") {
            true => first.to_lowercase() + rest,
            false => name.to_owned(),
        };
        let holds = match r#type.strip_prefix('*') {
            // Traefik cannot read a map behind a pointer, only read it over.
            Some(r#type) if r#type.starts_with("map[") => Holds::Scalar("any".to_owned()),
            Some(r#type) => Holds::of(r#type)?,
            None => Holds::of(r#type)?,
        };
        Ok(Some(Field {
            name,
            holds,
            ignored: fact("file")? == "-",
            default: fact("default")?,
        }))
    }

    /// A fact as it was in this version.
    fn fact(&self, facts: &Value, name: &str) -> Result<Value> {
        let was = facts["was"].as_array().into_iter().flatten();
        let mut best: Option<([u64; 2], &Value)> = None;
        for was in was.filter(|was| was.get(name).is_some()) {
            let before = numbers(was["before"].as_str().context("before what?")?)?;
            let nearer = best.is_none_or(|(best, _)| before < best);
            if self.version < before && nearer {
                best = Some((before, &was[name]));
            }
        }
        Ok(best.map_or(&facts[name], |(_, value)| value).clone())
    }
}

impl Field {
    /// True for what an object is written for.
    pub(crate) fn is_object(&self) -> bool {
        matches!(self.holds, Holds::Struct(_) | Holds::Map(_))
    }
}

/// A value at a place, with nothing but what is needed around it.
pub(crate) fn nested(path: &[String], value: Value) -> Value {
    path.iter().rev().fold(value, |value, step| match &**step {
        ITEM => json!([value]),
        step => json!({ step: value }),
    })
}

impl Holds {
    fn of(text: &str) -> Result<Self> {
        if let Some(item) = text.strip_prefix("[]") {
            return Ok(Self::List(Box::new(Self::of(item)?)));
        }
        if let Some(item) = text.strip_prefix("map[") {
            let item = item.strip_suffix(']').context("a map without its end")?;
            return Ok(Self::Map(Box::new(Self::of(item)?)));
        }
        Ok(match text.split_once(':') {
            Some((_, "types.Duration")) => Self::Scalar("duration".to_owned()),
            Some((scalar, _)) => Self::Scalar(scalar.to_owned()),
            None if text.contains('.') => Self::Struct(text.to_owned()),
            None => Self::Scalar(text.to_owned()),
        })
    }
}

fn named<T: Display>(all: impl IntoIterator<Item = T>, name: &str) -> Option<T> {
    all.into_iter().find(|one| one.to_string() == name)
}

/// The numbers of `3.3` or `3.3.6`: only the first two count.
fn numbers(version: &str) -> Result<[u64; 2]> {
    let mut parts = version.split('.').map(str::parse);
    let mut next = || parts.next().context("no version")?.context("no number");
    Ok([next()?, next()?])
}
