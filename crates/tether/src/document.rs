//! A merge in, Traefik's dynamic configuration out: equal merges give equal bytes.

use std::sync::Arc;

use serde::ser::{Serialize, SerializeMap, Serializer};

use traefik_config::{Key, Kind, Section};

use crate::merge::{Merged, MergedElement};

/// Traefik's dynamic configuration; `{}` if there is nothing to route.
///
/// All names are sorted and no part is empty: Traefik refuses the whole for an empty one.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a>(&'a Merged);

/// The configuration of this merge.
pub fn document(merged: &Merged) -> Document<'_> {
    Document(merged)
}

/// The document as JSON.
pub fn to_json(document: &Document<'_>) -> Vec<u8> {
    serde_json::to_vec(document).expect("all names are strings")
}

/// The document as YAML.
pub fn to_yaml(document: &Document<'_>) -> Vec<u8> {
    serde_yaml_ng::to_string(document)
        .expect("all names are strings")
        .into_bytes()
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for section in Section::ALL {
            if self.0.elements.keys().any(|key| key.0 == section) {
                map.serialize_entry(section.as_str(), &OfSection(self.0, section))?;
            }
        }
        map.end()
    }
}

struct OfSection<'a>(&'a Merged, Section);

impl Serialize for OfSection<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for kind in Kind::ALL {
            let part = OfKind(self.0, self.1, kind);
            if part.elements().next().is_some() {
                map.serialize_entry(kind.as_str(), &part)?;
            }
        }
        map.end()
    }
}

/// Certificates are a list; all others have names.
struct OfKind<'a>(&'a Merged, Section, Kind);

impl<'a> OfKind<'a> {
    fn elements(&self) -> impl Iterator<Item = (&'a Key, &'a Arc<MergedElement>)> {
        let (section, kind) = (self.1, self.2);
        let from = self.0.elements.range((section, kind, String::new())..);
        from.take_while(move |((of, is, _), _)| (*of, *is) == (section, kind))
    }
}

impl Serialize for OfKind<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.2 == Kind::Certificates {
            return serializer.collect_seq(self.elements().map(|(_, element)| &element.body));
        }
        serializer.collect_map(
            self.elements()
                .map(|((_, _, name), element)| (name, &element.body)),
        )
    }
}
