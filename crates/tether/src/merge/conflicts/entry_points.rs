//! Where two routers listen in, where they meet and what is left of one without the other out.

use std::borrow::Cow;

/// Where a router listens.
#[derive(Clone, PartialEq)]
pub(super) enum EntryPoints<'a> {
    /// Wherever Traefik listens.
    All,
    /// At these.
    Some(Cow<'a, [String]>),
}

impl EntryPoints<'_> {
    /// True if both listen at one place at least.
    pub(super) fn meets(&self, other: &EntryPoints<'_>) -> bool {
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

    /// What is left of all is not known, so nothing is.
    pub(super) fn remove(&mut self, taken: &EntryPoints<'_>) {
        match (&mut *self, taken) {
            (Self::Some(names), EntryPoints::Some(taken)) => {
                names.to_mut().retain(|name| !taken.contains(name));
            }
            (Self::Some(_) | Self::All, _) => *self = Self::Some(Cow::Borrowed(&[])),
        }
    }
}
