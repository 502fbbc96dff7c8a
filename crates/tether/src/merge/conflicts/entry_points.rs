//! Intersections and differences of entry points.

use std::borrow::Cow;

/// The entry points of a router.
#[derive(Clone, PartialEq)]
pub(super) enum EntryPoints<'a> {
    /// All that Traefik has.
    All,
    /// These.
    Some(Cow<'a, [String]>),
}

impl EntryPoints<'_> {
    /// True if both have an entry point in common.
    pub(super) fn overlaps(&self, other: &EntryPoints<'_>) -> bool {
        match (self, other) {
            (Self::Some(one), EntryPoints::Some(other)) => {
                one.iter().any(|name| other.contains(name))
            }
            (Self::All, EntryPoints::Some(names)) | (Self::Some(names), EntryPoints::All) => {
                !names.is_empty()
            }
            (Self::All, EntryPoints::All) => true,
        }
    }

    /// Removes entry points. The rest of [`All`](Self::All) is not known, so nothing is left.
    pub(super) fn remove(&mut self, taken: &EntryPoints<'_>) {
        match (&mut *self, taken) {
            (Self::Some(names), EntryPoints::Some(taken)) => {
                names.to_mut().retain(|name| !taken.contains(name));
            }
            (Self::Some(_) | Self::All, _) => *self = Self::Some(Cow::Borrowed(&[])),
        }
    }
}
