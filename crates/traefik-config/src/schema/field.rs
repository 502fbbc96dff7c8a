//! Reads one field of `schema.json` for a version of Traefik.

use std::cmp::Reverse;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::shape::Shape;
use crate::TraefikVersion;

/// One field of a struct.
#[derive(Debug)]
pub(crate) struct Field {
    /// Its name in the document.
    pub(crate) name: String,
    /// Its name in labels.
    pub(crate) label_name: String,
    /// The shape of its value.
    pub(crate) shape: Shape,
    /// True if it may be unset.
    pub(crate) pointer: bool,
    /// How labels may set it.
    pub(crate) label: Access,
    /// How a document may set it.
    pub(crate) file: Access,
    /// True for a list that labels set as one struct.
    pub(crate) slice_as_struct: bool,
    /// Traefik's default, as a document would write it.
    pub(crate) default: Option<Value>,
    /// The first version that has it.
    pub(crate) since: TraefikVersion,
}

/// The way in which labels or a document may set a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// It may be set.
    Open,
    /// It may be set, also to an empty object.
    AllowEmpty,
    /// It is ignored.
    Ignored,
}

impl Field {
    /// The field in this version; none if the version does not have it.
    pub(super) fn parse(
        name: &str,
        mut facts: Map<String, Value>,
        version: TraefikVersion,
    ) -> Result<Option<Self>, String> {
        go_back(&mut facts, version)?;
        let facts = Value::Object(facts);
        let facts: Facts =
            serde_json::from_value(facts).map_err(|error| format!("{name}: {error}"))?;
        let since = match &facts.since {
            Some(since) => since.parse()?,
            None => TraefikVersion::OLDEST,
        };
        if version < since {
            return Ok(None);
        }
        Self::of(name, facts, since).map(Some)
    }

    fn of(name: &str, facts: Facts, since: TraefikVersion) -> Result<Self, String> {
        let (go_name, name) = match name.strip_prefix("go:") {
            Some(go_name) => (go_name, lower_first(go_name)),
            None => (name, name.to_owned()),
        };
        let (pointer, shape) = match facts.r#type.strip_prefix('*') {
            Some(shape) => (true, shape),
            None => (false, &*facts.r#type),
        };
        let shape = match Shape::parse(shape)? {
            // Traefik's reader does not look behind a pointer to a map.
            Shape::Map(_) if pointer => Shape::Any,
            shape => shape,
        };
        Ok(Self {
            shape,
            pointer,
            label: Access::parse(facts.label.as_deref()),
            file: Access::parse(facts.file.as_deref()),
            slice_as_struct: facts.label_slice_as_struct.is_some(),
            label_name: facts
                .label_slice_as_struct
                .unwrap_or_else(|| go_name.to_owned()),
            default: facts.default,
            name,
            since,
        })
    }

    pub(super) fn zero(&self) -> Option<Value> {
        let zero = !self.pointer && self.default.is_none();
        zero.then(|| self.shape.zero())?
    }

    pub(super) fn off(&self) -> Option<Value> {
        let can = self.file == Access::AllowEmpty && self.shape.is_object();
        can.then(|| false.into())
    }
}

impl Access {
    fn parse(tag: Option<&str>) -> Self {
        match tag {
            Some("allowEmpty") => Self::AllowEmpty,
            Some("-") => Self::Ignored,
            // Traefik's reader ignores other tags, such as the one of a server's weight in 3.3.
            None | Some(_) => Self::Open,
        }
    }
}

/// A field in the file, after [`go_back`] to one version.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Facts {
    r#type: String,
    label: Option<String>,
    file: Option<String>,
    #[serde(rename = "labelSliceAsStruct")]
    label_slice_as_struct: Option<String>,
    default: Option<Value>,
    since: Option<String>,
}

/// Removes `was`, and restores the facts of this version.
fn go_back(facts: &mut Map<String, Value>, version: TraefikVersion) -> Result<(), String> {
    let was: Vec<Map<String, Value>> = match facts.remove("was") {
        None => return Ok(()),
        Some(was) => serde_json::from_value(was).map_err(|error| format!("was: {error}"))?,
    };
    let mut earlier: Vec<(TraefikVersion, Map<String, Value>)> = Vec::new();
    for mut facts in was {
        let before = facts.remove("before");
        let before = before.as_ref().and_then(Value::as_str);
        earlier.push((before.ok_or("was: before what?")?.parse()?, facts));
    }
    // From the newest backwards, so that the one nearest to this version is applied last.
    earlier.sort_by_key(|(before, _)| Reverse(*before));
    for (_, was) in earlier.into_iter().filter(|(before, _)| version < *before) {
        facts.extend(was);
    }
    Ok(())
}

fn lower_first(name: &str) -> String {
    let mut chars = name.chars();
    let first = chars.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(chars).collect()
}
